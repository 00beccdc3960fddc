import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type ChildExit, spawnProgram } from '../child.js'
import { root } from './root.js'
import type { Step } from './steps.js'

/** Packages that pages use beside this one. */
const shownPackages = ['msgpackr']

/** A folder such as a reader has after `npm install ringway`, which goes when the test ends. The package must be built. */
export function readerFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ringway-docs-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  // The nearest package.json decides what the package's own name means.
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true })
  symlinkSync(root, join(folder, 'node_modules/ringway'))
  for (const name of shownPackages) symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name))
  symlinkSync(join(root, 'dist/esm/cli.js'), join(folder, 'node_modules/.bin/ringway'))
  return folder
}

/**
 * Does what a page says, in a folder of its own. Paths in /tmp are moved there too: two runs of these tests at a time must
 * not meet at one socket. Everything else is as it is written.
 * @param programs folders to look for programs in, first
 */
export async function follow(step: Step, programs: readonly string[] = []): Promise<ChildExit> {
  const folder = readerFolder()
  const moved = (text: string) => text.replaceAll('/tmp/', `${folder}/`)
  for (const [name, text] of Object.entries(step.files)) writeFileSync(join(folder, name), moved(text))
  const path = [...programs, join(folder, 'node_modules/.bin'), dirname(process.execPath), process.env['PATH'] ?? '']
  const script = `set -e\n${moved(step.command)}\nwait\n`
  const env = { PATH: path.join(delimiter) }
  return await spawnProgram('bash', ['-c', script], { cwd: folder, env }).exited
}

/** How the run of a step differs from what its page promises; empty when it does not. */
export function broken({ command, prints }: Step, { code, stdout, stderr }: ChildExit): string[] {
  const findings: string[] = []
  if (code !== 0) findings.push(`ended with ${code}`)
  // The shell tells of a program that was killed where the page expects that one is.
  if (stderr !== '' && !command.includes('|| true')) findings.push(`complained: ${stderr}`)
  if (prints !== undefined && stdout !== prints) findings.push(`printed: ${stdout}`)
  return findings
}
