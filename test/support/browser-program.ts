import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe } from 'vitest'

/** A browser, and where its program may be. */
export interface BrowserKind {
  readonly name: string
  /** The environment variable that names the program, if it is not in PATH. */
  readonly variable: string
  /** What the program is called in PATH, the best first. */
  readonly programs: readonly string[]
  readonly installer: string
}

export const chromiumKind: BrowserKind = {
  name: 'Chromium',
  variable: 'RINGWAY_CHROMIUM',
  programs: ['chromium', 'chromium-browser', 'google-chrome'],
  installer: '.ci/install-chromium',
}

export const firefoxKind: BrowserKind = {
  name: 'Firefox',
  variable: 'RINGWAY_FIREFOX',
  programs: ['firefox-esr', 'firefox'],
  installer: '.ci/install-firefox',
}

/** A browser's program, or what to do to have one. */
export type AvailableBrowser = { readonly path: string } | { readonly missing: string }

/** @param environment has PATH, and perhaps the variable that names the program */
export function findBrowser(
  { name, variable, programs, installer }: BrowserKind,
  environment: Readonly<Record<string, string | undefined>>,
): AvailableBrowser {
  const named = environment[variable]
  if (named !== undefined && named !== '') {
    return isProgram(named) ? { path: named } : { missing: `${variable} is ${named}, which is no program` }
  }
  const folders = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  const path = programs.flatMap((program) => folders.map((folder) => join(folder, program))).find(isProgram)
  if (path !== undefined) return { path }
  return { missing: `there is no ${name}: run ${installer}, or set ${variable} to its program` }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/**
 * Tests in a browser. Where there is none they are skipped, and what to install is printed; where `CI=true` that is a
 * failure.
 */
export function describeWithBrowser(kind: BrowserKind, title: string, tests: (path: string) => void): void {
  const available = findBrowser(kind, process.env)
  const missing = 'missing' in available ? available.missing : undefined
  if (missing !== undefined && process.env['CI'] === 'true') throw new Error(missing)
  if (missing !== undefined) console.warn(`skipped: ${title}: ${missing}`)
  const path = 'path' in available ? available.path : ''
  describe.skipIf(missing !== undefined)(missing === undefined ? title : `${title} (${missing})`, () => tests(path))
}
