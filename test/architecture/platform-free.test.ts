import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { reachOf, runBare, typeErrorsWith } from './platform-free.js'
import { sourcesIn } from './source-tree.js'

const language = ['es2023', 'esnext.disposable']
const browser = [...language, 'es2024.sharedmemory', 'dom']
/** What Node alone has, and ringway/threads asks for before it uses it. That it does ask is shown by running it without. */
const askedFor = {
  'src/asked-for.d.ts': `
    declare namespace NodeJS { type Immediate = unknown }
    declare function setImmediate(callback: () => void): NodeJS.Immediate
    declare function clearImmediate(immediate: NodeJS.Immediate): void`,
}
const ringFiles = sourcesIn('src/ring').map(({ path }) => path)

describe('the ring', () => {
  it('loads no module of Node and no package', async () => {
    expect((await reachOf(ringFiles)).outside).toEqual([])
  })

  it('names nothing but the language: no timer, no process, no Buffer', () => {
    expect(typeErrorsWith(language, ringFiles)).toEqual([])
  })
})

describe('ringway/threads', () => {
  it('loads no module of Node and no package, FFI least of all', async () => {
    const { files, outside } = await reachOf(['src/threads.ts'])
    expect(outside).toEqual([])
    expect(files.filter((path) => path.startsWith('ffi/'))).toEqual([])
  })

  it('names only what browsers have too', async () => {
    const { files } = await reachOf(['src/threads.ts'])
    expect(typeErrorsWith(browser, [...files, 'src/asked-for.d.ts'], askedFor)).toEqual([])
  })

  it('carries messages where there is nothing but the language and timers', async () => {
    const { ThreadBus } = await runBare<typeof import('../../src/threads.js')>('src/threads.ts')
    const buffer = ThreadBus.allocate(1 << 12)
    const consumer = new ThreadBus(buffer, 'consumer')
    const producer = new ThreadBus(buffer, 'producer')
    const received = consumer.recv()
    await producer.send(Uint8Array.of(1, 2, 3), 9)
    expect(await received).toMatchObject({ data: Uint8Array.of(1, 2, 3), typeId: 9 })
    producer.close()
    expect(await consumer.recv()).toBeUndefined()
    consumer.close()
  })

  it('lets the event loop have its turns there, and by no timer', async () => {
    const timers = vi.spyOn(globalThis, 'setTimeout')
    onTestFinished(() => timers.mockRestore())
    const { ThreadBus } = await runBare<typeof import('../../src/threads.js')>('src/threads.ts')
    const buffer = ThreadBus.allocate(1 << 12)
    const consumer = new ThreadBus(buffer, 'consumer')
    const producer = new ThreadBus(buffer, 'producer')
    let turns = 0
    const counting = setInterval(() => turns++)
    for (let sent = 0; turns === 0; sent++) {
      await producer.send(Uint8Array.of(1), sent)
      expect((await consumer.recv())?.typeId).toBe(sent)
    }
    clearInterval(counting)
    producer.close()
    consumer.close()
    expect(timers).not.toHaveBeenCalled()
  })
})

describe('these checks', () => {
  it('follow imports to the end', async () => {
    const fixtures = {
      'src/a.ts': "import { b } from './b.js'\nb()",
      'src/b.ts':
        "import { readFileSync } from 'node:fs'\nimport koffi from 'koffi'\nexport const b = () => readFileSync(koffi)",
    }
    const { files, outside } = await reachOf(['src/a.ts'], fixtures)
    expect(files).toEqual(['src/b.ts', 'src/a.ts'])
    expect(outside).toEqual(['node:fs', 'koffi'])
  })

  it('leave out what is imported for its types alone', async () => {
    const fixtures = { 'src/a.ts': "import type { Socket } from 'node:net'\nexport let socket: Socket" }
    expect((await reachOf(['src/a.ts'], fixtures)).outside).toEqual([])
  })

  it.each(['process.pid', 'Buffer.alloc(1)', 'setTimeout(() => {}, 1)', 'performance.now()'])(
    'see %s where only the language is there',
    (expression) => {
      const fixtures = { 'src/a.ts': `export const a = ${expression}` }
      expect(typeErrorsWith(language, ['src/a.ts'], fixtures)).toEqual([expect.stringContaining('Cannot find name')])
    },
  )

  it.each(['process.pid', 'Buffer.alloc(1)', 'setImmediate(() => {})'])(
    'see %s where browsers lack it',
    (expression) => {
      const fixtures = { 'src/a.ts': `export const a = ${expression}` }
      expect(typeErrorsWith(browser, ['src/a.ts'], fixtures)).toEqual([expect.stringContaining('Cannot find name')])
    },
  )
})
