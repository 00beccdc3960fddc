import type { SourceFile } from './source-tree.js'

export const maxLines = 400
export const allowedFolders = ['src', 'ffi', 'bench', 'test', 'docs']

/** Patterns are written so that this file does not contain what it looks for. */
const forbiddenInCode: readonly (readonly [RegExp, string])[] = [
  [/\b(TO[D]O|FIX[M]E|XX[X])\b/, 'unfinished'],
  [/\bas[ ]any\b/, 'a cast to any'],
  [/@ts-(?:[i]gnore|nocheck)/, 'a silenced compiler'],
  [/\b(it|test|describe)\.(?:[o]nly|skip|todo)\b/, 'a test that is not run'],
  [/expect\([t]rue\)/, 'a test that cannot fail'],
]

const forbiddenInText: readonly (readonly [RegExp, string])[] = [
  [/(?:^|[^A-Za-z0-9._\-/*])\/(?:work|farm|root|home|Users)\//m, 'a path of one machine'],
  [/"resolved": "https?:/, 'the address of one registry'],
]

function findings(files: readonly SourceFile[], rules: readonly (readonly [RegExp, string])[]): string[] {
  return files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => {
      const broken = rules.filter(([pattern]) => pattern.test(line))
      return broken.map(([, what]) => `${path}:${index + 1} has ${what}: ${line.trim()}`)
    }),
  )
}

export function codeFindings(files: readonly SourceFile[]): string[] {
  return findings(files, forbiddenInCode)
}

export function textFindings(files: readonly SourceFile[]): string[] {
  return findings(files, forbiddenInText)
}

export function longFiles(files: readonly SourceFile[]): string[] {
  return files
    .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > maxLines)
    .map(({ path, lines }) => `${path} has ${lines} lines`)
}

export function foldersTooMany(folders: readonly string[]): string[] {
  return folders.filter((name) => !allowedFolders.includes(name))
}

interface Lockfile {
  readonly packages: Readonly<Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>> }>>
}

/**
 * Packages for other systems that something in the lockfile names and the lockfile does not describe. npm leaves them out
 * where its registry lacks them, and `npm ci` then refuses the lockfile everywhere.
 */
export function lockfileGaps(lockfile: Lockfile): string[] {
  const { packages } = lockfile
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) =>
        packages[`${path}/node_modules/${name}`] === undefined && packages[`node_modules/${name}`] === undefined,
    ),
  )
}
