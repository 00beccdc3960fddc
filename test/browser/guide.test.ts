import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { bundlePackage } from '../../esbuild.config.mjs'
import { describeInChromium, openPage } from '../support/browser.js'
import { bundleForBrowser } from '../support/browser-bundle.js'
import { spawnProgram } from '../support/child.js'
import { type Block, readPage } from '../support/docs/page.js'
import { readerFolder } from '../support/docs/reader-folder.js'
import { root } from '../support/docs/root.js'
import { isForDevelopment } from '../support/docs/steps.js'

const guide = readPage('docs/guide/browser.md')
const examples = join(root, 'docs/examples/browser')

/** The files that the guide shows, each by the name in the comment that it begins with. */
function shownFiles(): Map<string, string> {
  const named = (block: Block) => /^(?:\/\/|<!--) ([\w./-]+)/.exec(block.text)?.[1]
  return new Map(
    guide.blocks.flatMap((block) => (named(block) === undefined ? [] : [[named(block) ?? '', block.text]])),
  )
}

/** The commands that a reader types, and what the page then shows. */
function commands(): { readonly lines: readonly string[]; readonly shows: string } {
  const at = guide.blocks.findIndex((block) => block.language === 'sh' && !isForDevelopment(block))
  const next = guide.blocks[at + 1]
  if (next?.language !== 'text') throw new Error('the guide does not say what its example shows')
  return { lines: guide.blocks[at]?.text.trim().split('\n') ?? [], shows: next.text }
}

beforeAll(bundlePackage)

describeInChromium('the example of docs/guide/browser.md', (browser) => {
  it('is built, served and shown as it is written', async () => {
    const folder = readerFolder()
    symlinkSync(join(root, 'node_modules/esbuild'), join(folder, 'node_modules/esbuild'))
    symlinkSync(join(root, 'node_modules/esbuild/bin/esbuild'), join(folder, 'node_modules/.bin/esbuild'))
    for (const [name, text] of shownFiles()) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), text)
    }
    const { lines, shows } = commands()
    const [build = '', serve = ''] = lines
    expect(lines).toHaveLength(2)
    expect((await spawnProgram('bash', ['-c', build], { cwd: folder }).exited).code).toBe(0)

    const server = spawnProgram('bash', ['-c', `exec ${serve}`], { cwd: folder, env: { PORT: '0' } })
    const address = await server.line(/^http:/)
    const { page, complaints, requests } = await openPage(browser())
    await page.goto(address)
    await expect.poll(() => page.textContent('#log'), { timeout: 60_000 }).toBe(shows)
    expect(complaints).toEqual([])
    expect(requests.filter((url) => !url.startsWith(address) && !url.startsWith('data:'))).toEqual([])
    expect(server.stderr).toBe('')
  })
})

describe('docs/guide/browser.md', () => {
  it('shows the programs of docs/examples/browser, word for word', () => {
    const entries = readdirSync(examples, { recursive: true, withFileTypes: true })
    const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
    const there = paths.map((path) => [path.slice(examples.length + 1), readFileSync(path, 'utf8')] as const)
    expect(new Map(there)).toEqual(shownFiles())
  })

  it('says how large ThreadBus is in a page, and that nothing of Node is in it', async () => {
    const contents = "import { ThreadBus } from 'ringway/threads'\nglobalThis.ThreadBus = ThreadBus\n"
    const stdin = { contents, resolveDir: root }
    const { files, metafile } = await bundleForBrowser({ stdin, minify: true })
    const inputs = Object.keys(metafile.inputs).filter((path) => path !== '<stdin>')
    expect(inputs.filter((path) => !path.startsWith('dist/esm/'))).toEqual([])
    expect(inputs).toContain('dist/esm/threads.js')
    const [text = ''] = Object.values(files)
    expect(text).not.toMatch(/node:|koffi|require\(/)

    const [, plainKb, compressedKb] = /costs a page (\d+) KB .*?; (\d+) KB compressed/.exec(guide.text) ?? []
    expect(text.length / 1000 / Number(plainKb)).toBeCloseTo(1, 1)
    expect(gzipSync(text).length / 1000 / Number(compressedKb)).toBeCloseTo(1, 1)
  })
})
