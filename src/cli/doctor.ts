import { styleText } from 'node:util'
import { examine } from '../inspect/doctor/examine.js'
import type { Finding, FindingStatus } from '../inspect/doctor/finding.js'
import type { Output } from './output.js'
import { ProblemsFound } from './problems-found.js'
import { plainText } from './top/plain-text.js'

/** Prints what is found. @throws ProblemsFound when something will not work */
export async function doctor(json: boolean, output: Output): Promise<void> {
  const findings = await examine()
  const colored = process.stdout.isTTY && process.stdout.hasColors()
  const text = json ? findings.map((finding) => `${JSON.stringify(finding)}\n`).join('') : doctorText(findings, colored)
  await output.write(Buffer.from(text))
  if (findings.some(({ status }) => status === 'problem')) throw new ProblemsFound('something will not work here')
}

const colors: Readonly<Record<FindingStatus, Parameters<typeof styleText>[0]>> = {
  ok: 'green',
  warning: 'yellow',
  problem: 'red',
  unknown: 'gray',
}

const statusWidth = 'warning'.length
const checkWidth = 'external-buffers'.length
const indent = ' '.repeat(statusWidth + checkWidth + 4)

/** A line for each finding, and under it why it matters and what to do. */
export function doctorText(findings: readonly Finding[], colored: boolean): string {
  const style = (status: FindingStatus, text: string) =>
    colored ? styleText(colors[status], text, { validateStream: false }) : text
  const lines = findings.flatMap(({ check, status, found, why, remedy }) => [
    `${style(status, status.padEnd(statusWidth))}  ${check.padEnd(checkWidth)}  ${plainText(found)}`,
    ...(why === null ? [] : [`${indent}why: ${why}`]),
    ...(remedy === null ? [] : [`${indent}do:  ${remedy}`]),
  ])
  const count = (status: FindingStatus) => findings.filter((finding) => finding.status === status).length
  const summary = `${count('problem')} problems, ${count('warning')} warnings, ${count('ok')} fine, ${count('unknown')} unknown`
  return `${[...lines, summary].join('\n')}\n`
}
