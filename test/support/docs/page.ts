import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './root.js'

/** A fenced block of a page. */
export interface Block {
  readonly language: string
  readonly text: string
  /** Of the opening fence, from 1. */
  readonly line: number
}

/** A Markdown page of the project. */
export interface Page {
  /** From the project's root. */
  readonly path: string
  readonly text: string
  readonly blocks: readonly Block[]
}

export function readPage(path: string): Page {
  const text = readFileSync(join(root, path), 'utf8')
  const fences = text.matchAll(/^```(\w*)\n(.*?)^```$/gms)
  const blocks = [...fences].map(([, language = '', body = ''], at) => ({ language, text: body, at }))
  const lines = [...text.matchAll(/^```\w*\n.*?^```$/gms)].map(({ index }) => text.slice(0, index).split('\n').length)
  return {
    path,
    text,
    blocks: blocks.map(({ language, text: body, at }) => ({ language, text: body, line: lines[at] as number })),
  }
}

/** Every page there is. */
export function everyPage(): Page[] {
  const inDocs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
  const paths = [...readdirSync(root), ...inDocs.map((name) => join('docs', name))]
  return paths.filter((path) => path.endsWith('.md')).map(readPage)
}

/** The pages whose blocks are run. */
export const runPages = [
  'README.md',
  'docs/guide/first-ten-minutes.md',
  'docs/guide/calls.md',
  'docs/guide/top-and-doctor.md',
]

/** Prose alone: what is in fences is no Markdown. */
export function prose({ text }: Page): string {
  return text.replace(/^```\w*\n.*?^```$/gms, '')
}

/** The rows of every table under a heading, as cells. */
export function tableRows(page: Page, heading: string): string[][] {
  const sections = page.text.split(/^(#+ .*)$/m)
  const at = sections.findIndex((section) => section.replace(/^#+ /, '') === heading)
  if (at < 0) throw new Error(`${page.path} has no heading "${heading}"`)
  const rows = (sections[at + 1] as string).split('\n').filter((line) => line.startsWith('|'))
  return rows
    .filter((row) => !/^\|[-|]+\|$/.test(row))
    .map((row) =>
      row
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
}
