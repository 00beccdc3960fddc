import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

interface ScriptCoverage {
  readonly url: string
  readonly functions: readonly {
    readonly ranges: readonly { readonly startOffset: number; readonly endOffset: number; readonly count: number }[]
  }[]
}

/** Parts of the library that the attacks are about. */
const watched = /^(src\/ring|src\/transport|src\/bus|src\/rpc|ffi\/ancillary)/

/** Names that a bundle has twice get a number, which differs from bundle to bundle. */
const renamed = /\b([A-Za-z_]+)\d+\b/g

/** @param folder that live processes wrote their coverage to @returns which lines of the bundled library were reached */
export function coverageText(folder: string): string {
  const reached = new Map<string, Set<string>>()
  const all = new Map<string, Set<string>>()
  for (const name of readdirSync(folder)) {
    const { result } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { result: ScriptCoverage[] }
    for (const script of result) {
      if (script.url.includes('/processes/')) addScript(script, all, reached)
    }
  }
  const rows: string[] = []
  for (const [file, lines] of [...all].sort()) {
    const hit = reached.get(file) ?? new Set()
    const missed = [...lines].filter((line) => !hit.has(line))
    rows.push(
      `${file}: ${hit.size} of ${lines.size} lines`,
      ...missed.map((line) => `    not reached: ${line.slice(0, 110)}`),
    )
  }
  return ['lines of the library in the bundles of the live processes', ...rows].join('\n')
}

function addScript(script: ScriptCoverage, all: Map<string, Set<string>>, reached: Map<string, Set<string>>): void {
  const text = readFileSync(fileURLToPath(script.url), 'utf8')
  const covered = new Uint8Array(text.length).fill(1)
  // Ranges of a function come from the outer ones to the inner ones, and the inner one is right.
  for (const { ranges } of script.functions) {
    for (const { startOffset, endOffset, count } of ranges) covered.fill(count > 0 ? 1 : 0, startOffset, endOffset)
  }
  let file = ''
  let offset = 0
  let inFile = 0
  for (const line of text.split('\n')) {
    const header = /^\/\/ ((?:src|ffi|test)\/\S+\.ts)$/.exec(line)
    if (header !== null) {
      file = header[1] as string
      inFile = 0
    }
    inFile++
    const code = line.trim()
    if (watched.test(file) && /[a-z]/i.test(code) && !code.startsWith('//')) {
      // Lines of one file are told apart by their number in it, which is the same in every bundle that has the whole file.
      const key = `${inFile}: ${code.replace(renamed, '$1')}`
      set(all, file).add(key)
      if (covered[offset + line.indexOf(code)] === 1) set(reached, file).add(key)
    }
    offset += line.length + 1
  }
}

function set(map: Map<string, Set<string>>, key: string): Set<string> {
  let found = map.get(key)
  if (found === undefined) {
    found = new Set()
    map.set(key, found)
  }
  return found
}
