import { describe, expect, it } from 'vitest'
import { importsOf, layerViolations } from './layers.js'
import { sourcesIn } from './source-tree.js'

function violationsOf(path: string, text: string): string[] {
  return layerViolations([{ path, text }])
}

describe('the floors', () => {
  it('import downwards only', () => {
    expect(layerViolations(sourcesIn('src', 'ffi'))).toEqual([])
  })
})

describe('the check of the floors', () => {
  it('sees every form of import', () => {
    const text = [
      "import a from './a.js'",
      "import type { B } from './b.js'",
      "export { c } from './c.js'",
      "export * from './d.js'",
      "const e = await import('./e.js')",
      "import './f.js'",
      "type G = import('./g.js').G",
    ].join('\n')
    expect(importsOf({ path: 'src/x.ts', text }).sort()).toEqual('abcdefg'.split('').map((name) => `./${name}.js`))
  })

  it.each([
    ['src/ring/a.ts', "import { Bus } from '../bus/bus.js'", 'ring may not reach bus'],
    ['src/ring/a.ts', "import { futexWait } from '../../ffi/index.js'", 'ring may not reach ffi'],
    ['src/ring/a.ts', "import { hrtime } from 'node:process'", 'ring is free of I/O'],
    ['src/ring/a.ts', "import { hrtime } from 'process'", 'ring is free of I/O'],
    ['src/errors.ts', "import { MAGIC } from './ring/ring-descriptor.js'", 'errors may not reach ring'],
    ['src/transport/a.ts', "import type { Bus } from '../bus/bus.js'", 'transport may not reach bus'],
    ['src/bus/a.ts', "import { futexWait } from '../../ffi/index.js'", 'bus may not reach ffi'],
    ['src/cli/a.ts', "import { futexWait } from '../../ffi/index.js'", 'cli may not reach ffi'],
    ['src/rpc/a.ts', "export * from '../messaging/endpoint.js'", 'rpc may not reach messaging'],
    ['src/bus/a.ts', "import { Bus } from '../index.js'", 'bus may not reach public'],
    ['ffi/memfd.ts', "import { RingwayError } from '../src/errors.js'", 'ffi may not reach errors'],
    ['src/transport/a.ts', "import koffi from 'koffi'", 'only ffi may'],
    ['src/transport/a.ts', "const koffi = await import('koffi')", 'only ffi may'],
    ['src/odds/a.ts', "import { RingwayError } from '../errors.js'", 'the file is on no floor'],
    ['src/bus/a.ts', "import { x } from '../odds/a.js'", 'the target is on no floor'],
  ])('refuses, in %s: %s', (path, text, rule) => {
    expect(violationsOf(path, text)).toEqual([expect.stringContaining(rule)])
  })

  it.each([
    ['src/transport/a.ts', "import { futexWait } from '../../ffi/index.js'"],
    ['src/bus/a.ts', "import { connectLink } from '../transport/connector.js'"],
    ['src/ring/a.ts', "import { RingwayError } from '../errors.js'"],
    ['src/index.ts', "export { Bus } from './bus/bus.js'"],
    ['ffi/libc/library.ts', "import koffi from 'koffi'"],
  ])('allows, in %s: %s', (path, text) => {
    expect(violationsOf(path, text)).toEqual([])
  })
})
