import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { transform } from 'esbuild'
import { beforeAll, describe, expect, it } from 'vitest'
import { bundlePackage } from '../../esbuild.config.mjs'
import { readPage } from '../support/docs/page.js'
import { broken, follow } from '../support/docs/reader-folder.js'
import { root } from '../support/docs/root.js'

beforeAll(bundlePackage)

describe('docs/examples/rpc/order-book.ts', () => {
  it('prints what docs/guide/calls.md says, once it is compiled', async () => {
    const source = readFileSync(join(root, 'docs/examples/rpc/order-book.ts'), 'utf8')
    const { code } = await transform(source, { loader: 'ts', target: 'node20', format: 'esm' })
    const [, prints = ''] = /^It prints `(.*?)`/m.exec(readPage('docs/guide/calls.md').text) ?? []
    const files = { 'order-book.mjs': code }
    const step = { line: 1, command: 'node order-book.mjs', files, prints: `${prints}\n` }
    expect(broken(step, await follow(step))).toEqual([])
  })
})
