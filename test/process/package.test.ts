import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { beforeAll, describe, expect, it } from 'vitest'
import { spawnProgram } from '../support/child.js'
import { installPacked, type PackedProject } from '../support/packed-project.js'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** The files of the README's first example, by the name in the comment that each begins with. */
function firstExample(readme: string): Record<string, string> {
  const blocks = [...readme.matchAll(/^```js\n(\/\/ (\w+\.mjs)\n.*?)^```/gms)]
  return Object.fromEntries(blocks.slice(0, 2).map(([, text = '', name = '']) => [name, text]))
}

/** Two kinds of module in one process: one listens, the other connects, and their errors know each other. */
const bothAtOnce = `
import { createRequire } from 'node:module'
import * as esm from 'ringway'
const cjs = createRequire(import.meta.url)('ringway')
const path = process.argv[2]
if (esm.Bus === cjs.Bus) throw new Error('one copy only: the test shows nothing')
const listening = esm.Bus.listen(path, 1 << 16)
const producer = await cjs.Bus.connect(path, { waitForListenerMs: 10_000 })
const consumer = await listening
await producer.send(new TextEncoder().encode('across'), 7)
const { data, typeId } = await consumer.recv()
const error = await cjs.Bus.connect(path + '.absent').catch((reason) => reason)
producer.close()
consumer.close()
console.log(JSON.stringify({
  text: new TextDecoder().decode(data), typeId, code: error.code, known: error instanceof esm.RingwayError,
  name: esm.Bus.name,
}))
`

const typed = `
import { Bus, RingwayError } from 'ringway'
import { ThreadBus } from 'ringway/threads'
export async function relay(from: string, to: string): Promise<number> {
  using consumer = await Bus.listen(from, 1 << 16)
  using producer = await Bus.connect(to, { waitForListenerMs: 1_000 })
  let count = 0
  for await (const { data, typeId } of consumer) {
    await producer.send(data, typeId)
    count += 1
  }
  return count
}
export const shared: SharedArrayBuffer = ThreadBus.allocate(1 << 16)
export const isOurs = (error: unknown): error is RingwayError => error instanceof RingwayError
// @ts-expect-error a capacity is a number
export const refused = Bus.listen('path', '65536')
`

const decorated = `
import { json, method, RpcClient, RpcServer, rpc } from 'ringway/rpc'
class Calculator {
  @rpc(7, { request: json<number[]>(), response: json<number>() })
  sum(values: number[]): number {
    return values.reduce((total, value) => total + value, 0)
  }
  @method()
  async *upTo(limit: number): AsyncGenerator<number> {
    for (let at = 1; at <= limit; at++) yield at
  }
}
const path = process.argv[2] ?? ''
const server = await RpcServer.listen(path, new Calculator())
const client = await RpcClient.connect(path)
const calculator = client.proxy(Calculator)
const sum: number = await calculator.sum([1, 2, 3])
const items: number[] = []
for await (const item of calculator.upTo(3)) items.push(item)
console.log(JSON.stringify({ sum, items }))
client.close()
server.close()
`

/** A class that was decorated by one kind of module is served by the other. */
const decoratedAcross = `
import { createRequire } from 'node:module'
import * as esm from 'ringway/rpc'
const cjs = createRequire(import.meta.url)('ringway/rpc')
if (esm.rpc === cjs.rpc) throw new Error('one copy only: the test shows nothing')
const metadata = {}
cjs.method('add')(() => 0, { kind: 'method', name: 'add', static: false, private: false, metadata })
class Adder {
  static [Symbol.metadata] = metadata
  add({ a, b }) {
    return a + b
  }
}
const server = await esm.RpcServer.listen(process.argv[2], new Adder())
const client = await cjs.RpcClient.connect(process.argv[2])
const sum = await client.invoke('add', { a: 1, b: 2 })
const error = await client.invoke('subtract').catch((reason) => reason)
console.log(JSON.stringify({ sum, code: error.code, known: error instanceof esm.RpcError }))
client.close()
server.close()
`

describe('the packed package', () => {
  let project: PackedProject
  const node = (...args: string[]) => spawnProgram(process.execPath, args, { cwd: project.folder })
  const compile = async (options: Record<string, unknown>, files: readonly string[]) => {
    const compilerOptions = { target: 'es2022', strict: true, noEmit: true, ...options }
    await project.write({ 'tsconfig.json': JSON.stringify({ compilerOptions, files }) })
    const { code, stdout } = await node(join(root, 'node_modules/typescript/bin/tsc'), '--project', '.').exited
    return { code, stdout }
  }

  beforeAll(async () => {
    project = await installPacked(['@types/node', 'undici-types'])
    return () => project[Symbol.asyncDispose]()
  }, 120_000)

  it('holds what is built, the documentation, the licence, the README and the list of changes, and nothing else', () => {
    const elsewhere = project.packedFiles.filter((path) => !/^(dist|docs)\//.test(path))
    expect(elsewhere).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'])
    expect(project.packedFiles).toContain('docs/errors.md')
    expect(project.packedFiles.filter((path) => path.startsWith('docs/evidence/report'))).toEqual([])
    const kinds = project.packedFiles.filter((path) => !/\.(js|d\.ts)$/.test(path) && path.startsWith('dist/'))
    expect(kinds).toEqual(['dist/cjs/package.json'])
  })

  it('needs two packages and runs nothing when it is installed', async () => {
    const manifest = JSON.parse(await readFile(join(project.folder, 'node_modules/ringway/package.json'), 'utf8'))
    expect(Object.keys(manifest.dependencies)).toEqual(['commander', 'koffi'])
    expect(Object.keys(manifest.scripts).filter((name) => /^(pre|post)?install$|^prepare$/.test(name))).toEqual([])
  })

  it('is imported', async () => {
    const text =
      "import { Bus } from 'ringway'; import { ThreadBus } from 'ringway/threads'; console.log(Bus.name, ThreadBus.name)"
    await project.write({ 'import.mjs': text })
    expect(await node('import.mjs').exited).toMatchObject({ code: 0, stdout: 'Bus ThreadBus\n', stderr: '' })
  })

  it('is required', async () => {
    const text = "console.log(require('ringway').Bus.name, require('ringway/threads').ThreadBus.name)"
    await project.write({ 'require.cjs': text })
    expect(await node('require.cjs').exited).toMatchObject({ code: 0, stdout: 'Bus ThreadBus\n', stderr: '' })
  })

  it('has calls in ringway/rpc, for import and for require', async () => {
    await project.write({
      'import-rpc.mjs': "import { RpcServer } from 'ringway/rpc'; console.log(RpcServer.name)",
      'require-rpc.cjs': "console.log(require('ringway/rpc').RpcServer.name)",
    })
    expect(await node('import-rpc.mjs').exited).toMatchObject({ code: 0, stdout: 'RpcServer\n', stderr: '' })
    expect(await node('require-rpc.cjs').exited).toMatchObject({ code: 0, stdout: 'RpcServer\n', stderr: '' })
  })

  it('serves a class whose decorators TypeScript has compiled, with its types from end to end', async () => {
    const options = { module: 'nodenext', moduleResolution: 'nodenext', lib: ['es2023', 'esnext.disposable'] }
    await project.write({ 'decorated.mts': decorated })
    expect(await compile({ ...options, types: ['node'], noEmit: false }, ['decorated.mts'])).toEqual({
      code: 0,
      stdout: '',
    })
    const { code, stdout, stderr } = await node('decorated.mjs', join(project.folder, 'decorated.sock')).exited
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toEqual({ sum: 6, items: [1, 2, 3] })
  })

  it('serves a class that was decorated by its other copy', async () => {
    await project.write({ 'across.mjs': decoratedAcross })
    const { code, stdout, stderr } = await node('across.mjs', join(project.folder, 'across.sock')).exited
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toEqual({ sum: 3, code: 'ERR_RINGWAY_RPC_UNKNOWN_METHOD', known: true })
  })

  it('has one ThreadBus, wherever it is imported from', async () => {
    const text =
      "import * as all from 'ringway'; import * as threads from 'ringway/threads'; console.log(all.ThreadBus === threads.ThreadBus)"
    await project.write({ 'same.mjs': text })
    expect(await node('same.mjs').exited).toMatchObject({ code: 0, stdout: 'true\n' })
  })

  it('is imported and required in one process, where one copy talks to the other', async () => {
    await project.write({ 'both.mjs': bothAtOnce })
    const exit = await node('both.mjs', join(project.folder, 'both.sock')).exited
    expect(exit).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(exit.stdout)).toEqual({
      text: 'across',
      typeId: 7,
      code: 'ERR_RINGWAY_NO_LISTENER',
      known: true,
      name: 'Bus',
    })
  })

  it.each([
    ['node16', { module: 'node16', moduleResolution: 'node16' }, 'typed.mts'],
    ['node16, CommonJS', { module: 'node16', moduleResolution: 'node16' }, 'typed.cts'],
    ['nodenext', { module: 'nodenext', moduleResolution: 'nodenext' }, 'typed.mts'],
    ['bundler', { module: 'esnext', moduleResolution: 'bundler' }, 'typed.mts'],
  ])('is typed for TypeScript that resolves modules the way of %s', async (_name, options, file) => {
    await project.write({ [file]: typed })
    const lib = ['es2023', 'esnext.disposable']
    expect(await compile({ ...options, lib, types: ['node'] }, [file])).toEqual({ code: 0, stdout: '' })
  })

  it("is typed without Node's types, where the DOM's are there", async () => {
    const text = "import { ThreadBus } from 'ringway/threads'\nexport const shared = ThreadBus.allocate(1 << 16)\n"
    await project.write({ 'browser.ts': text })
    const options = {
      module: 'esnext',
      moduleResolution: 'bundler',
      lib: ['es2023', 'esnext.disposable', 'dom'],
      types: [],
    }
    expect(await compile(options, ['browser.ts'])).toEqual({ code: 0, stdout: '' })
  })

  it('gives browsers a ringway/threads that asks for no module of Node', async () => {
    await project.write({ 'browser.mjs': "import { ThreadBus } from 'ringway/threads'\nglobalThis.bus = ThreadBus\n" })
    const options = { bundle: true, platform: 'browser', format: 'esm', write: false, logLevel: 'silent' } as const
    const { outputFiles } = await build({ ...options, absWorkingDir: project.folder, entryPoints: ['browser.mjs'] })
    expect(outputFiles[0]?.text).not.toMatch(/koffi|node:/)
  })

  it('brings the command ringway', async () => {
    const { code, stdout } = await spawnProgram(join(project.folder, 'node_modules/.bin/ringway'), ['--help']).exited
    expect(code).toBe(0)
    expect(stdout).toContain('Usage: ringway')
  })

  it("runs the README's first example as it is written", async () => {
    const files = firstExample(await readFile(join(root, 'README.md'), 'utf8'))
    expect(Object.keys(files).sort()).toEqual(['consumer.mjs', 'producer.mjs'])
    // Elsewhere than the page says: others may be trying the same example on this machine.
    const moved = Object.entries(files).map(([name, text]) => [name, text.replaceAll('/tmp/', `${project.folder}/`)])
    await project.write(Object.fromEntries(moved))
    const consumer = node('consumer.mjs')
    const producer = node('producer.mjs')
    expect(await producer.exited).toMatchObject({ code: 0, stderr: '' })
    const { code, stdout, stderr } = await consumer.exited
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).not.toBe('')
  })
})
