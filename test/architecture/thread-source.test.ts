import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bundlePackage } from '../../esbuild.config.mjs'
import { typeErrorsWith } from './platform-free.js'
import { sourcesIn } from './source-tree.js'

const host = {
  'ffi/host.d.ts': 'declare const process: { hrtime(): [number, number] }',
}

/** Names in a function's text that are neither its own nor the language's: in another thread they would be undefined. */
function foreignNames(text: string): string[] {
  const fixtures = { ...host, 'ffi/text.ts': `export ${text}` }
  const errors = typeErrorsWith(['es2023'], ['ffi/text.ts', 'ffi/host.d.ts'], fixtures)
  return errors.flatMap((error) => /Cannot find name '(\w+)'/.exec(error)?.[1] ?? [])
}

function functionText(bundle: string, name: string): string {
  return new RegExp(`^function ${name}\\(.*?^}`, 'ms').exec(bundle)?.[0] ?? ''
}

describe('the program of the watcher thread', () => {
  it.each([
    // All entries share one copy.
    ['esm', 1],
    // CommonJS bundles share nothing: one copy for `ringway`, one for `ringway/rpc`.
    ['cjs', 2],
  ])('still stands on its own when bundled as %s', async (kind, copies) => {
    await bundlePackage()
    const bundles = sourcesIn(join('dist', kind)).map(({ text }) => functionText(text, 'runWatcherThread'))
    const texts = bundles.filter((found) => found !== '')
    expect(texts).toHaveLength(copies)
    for (const text of texts) {
      expect(text).toContain('worker_threads')
      expect(foreignNames(text)).toEqual([])
    }
  })
})

describe('this check', () => {
  it('finds a name from outside of the function, as esbuild adds them', () => {
    const bundle = 'function other() {}\nfunction run(a) {\n  __name(a, "a")\n  return later\n}\nfunction next() {}'
    expect(foreignNames(functionText(bundle, 'run'))).toEqual(['__name', 'later'])
  })
})
