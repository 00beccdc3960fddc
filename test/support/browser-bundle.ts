import { basename, join } from 'node:path'
import { type BuildOptions, build, type Metafile } from 'esbuild'
import { root } from './docs/root.js'

/** What a bundler makes of programs for browsers. */
export interface BrowserBundle {
  /** Texts by the name of their file. */
  readonly files: Readonly<Record<string, string>>
  readonly metafile: Metafile
}

/**
 * Bundles programs as a user would, so that `ringway/threads` is the built package, by the `exports` of its package.json.
 * Any warning is an error.
 */
export async function bundleForBrowser(source: Pick<BuildOptions, 'entryPoints' | 'stdin' | 'minify'>) {
  const { outputFiles, metafile, warnings } = await build({
    ...source,
    absWorkingDir: root,
    bundle: true,
    format: 'esm',
    platform: 'browser',
    outdir: join(root, '.build/browser'),
    write: false,
    metafile: true,
    logLevel: 'silent',
    // The project's own settings lead to the sources.
    tsconfigRaw: {},
  })
  if (warnings.length > 0) throw new Error(warnings.map(({ text }) => text).join('\n'))
  const files = Object.fromEntries(outputFiles.map(({ path, text }) => [basename(path), text]))
  return { files, metafile } satisfies BrowserBundle
}
