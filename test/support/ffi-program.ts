import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../../', import.meta.url))

export interface ProgramOptions {
  readonly minify?: boolean
  /** Where the bundle goes: it finds koffi from there, or does not. Default: inside the checkout */
  readonly folder?: string
}

/**
 * Bundles `test/unit/ffi/children/NAME.ts`, as users of the library would, for a process or a worker thread of its own.
 * @returns the path of the bundle
 */
export async function bundleProgram(name: string, options: ProgramOptions = {}): Promise<string> {
  const folder = options.folder ?? `${root}.build/test/unit/ffi`
  const outfile = `${folder}/${name}-${process.pid}${options.minify === true ? '-min' : ''}.mjs`
  mkdirSync(dirname(outfile), { recursive: true })
  await build({
    entryPoints: [`${root}test/unit/ffi/children/${name}.ts`],
    outfile,
    bundle: true,
    minify: options.minify ?? false,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    logLevel: 'warning',
  })
  return outfile
}
