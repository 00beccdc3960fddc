import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../', import.meta.url))

/** A file of the project: its path from the root, and its text. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

function filesUnder(folder: string, names: RegExp): SourceFile[] {
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && names.test(entry.name))
  return files.map((entry) => {
    const path = join(entry.parentPath, entry.name)
    return { path: relative(root, path), text: readFileSync(path, 'utf8') }
  })
}

/** The code of the project in these of its folders. */
export function sourcesIn(...folders: readonly string[]): SourceFile[] {
  return folders.flatMap((folder) => filesUnder(folder, /\.(ts|mjs|js|c|h|py|cpp|cc)$/))
}

/** Everything that a reader of the project reads: code, pages, settings and scripts. */
export function everyTextFile(): SourceFile[] {
  const topLevel = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isFile())
  const here = topLevel.map(({ name }) => ({ path: name, text: readFileSync(join(root, name), 'utf8') }))
  const folders = ['src', 'ffi', 'bench', 'test', 'docs', '.ci', '.github']
  const present = new Set(readdirSync(root))
  return [...here, ...folders.filter((name) => present.has(name)).flatMap((name) => filesUnder(name, /^/))]
}

/** Top-level folders that belong to the project: dot-folders and what `.gitignore` names are not counted. */
export function topLevelFolders(): string[] {
  const ignored = readFileSync(join(root, '.gitignore'), 'utf8').split('\n')
  const entries = readdirSync(root, { withFileTypes: true })
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
  return folders.map(({ name }) => name).filter((name) => !ignored.includes(`${name}/`))
}
