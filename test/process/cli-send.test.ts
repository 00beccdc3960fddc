import { mkdirSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Bus, type BusConsumer } from '../../src/index.js'
import { failure, ringway, shell, until } from '../support/command-line.js'
import { temporaryPath } from '../support/temporary-path.js'

/** Everything that comes, as text. */
async function texts(bus: BusConsumer): Promise<string[]> {
  const received: string[] = []
  for await (const message of bus) received.push(message.text())
  return received
}

async function sizes(bus: BusConsumer): Promise<number[]> {
  const received: number[] = []
  for await (const { data } of bus) received.push(data.byteLength)
  return received
}

const sender = (path: string, ...args: readonly string[]) => ringway('send', path, '--wait', '20000', ...args)

describe('ringway send', () => {
  it('sends its argument as one message', async () => {
    const path = temporaryPath()
    const child = sender(path, 'zwölf €')
    using bus = await Bus.listen(path, 4096)
    expect(await texts(bus)).toEqual(['zwölf €'])
    expect(await child.exited).toEqual({ code: 0, signal: null, stdout: '', stderr: '' })
  })

  it.each([
    ['7', 7],
    ['0x10007', 0x1_0007],
    ['4294967295', 0xffff_ffff],
  ])('marks messages with --type %s', async (text, typeId) => {
    const path = temporaryPath()
    sender(path, 'a', '--type', text)
    using bus = await Bus.listen(path, 4096)
    expect(await bus.recv()).toMatchObject({ typeId })
  })

  it('sends the lines of stdin, empty ones too, and a last one that has no end', async () => {
    const path = temporaryPath()
    const child = sender(path)
    child.process.stdin.end('one\n\nthree\r\nfour')
    using bus = await Bus.listen(path, 4096)
    expect(await texts(bus)).toEqual(['one', '', 'three\r', 'four'])
    expect((await child.exited).code).toBe(0)
  })

  it('sends a line as soon as it is typed', async () => {
    const path = temporaryPath()
    const child = sender(path)
    using bus = await Bus.listen(path, 4096)
    child.tell('now')
    expect((await bus.recv())?.text()).toBe('now')
  })

  it('sends more lines than the ring holds', async () => {
    const path = temporaryPath()
    const pipeline = shell('seq 1 100000 | ringway send "$1" --wait 20000', [path])
    using bus = await Bus.listen(path, 4096)
    const received = await texts(bus)
    expect(received).toEqual(Array.from({ length: 100_000 }, (_, index) => String(index + 1)))
    expect((await pipeline.exited).code).toBe(0)
  })

  it('sends a file in messages of --chunk bytes', async () => {
    const path = temporaryPath()
    const file = temporaryPath('file')
    writeFileSync(file, 'x'.repeat(2500))
    const child = sender(path, '--file', file, '--chunk', '1KiB')
    using bus = await Bus.listen(path, 4096)
    expect(await sizes(bus)).toEqual([1024, 1024, 452])
    expect((await child.exited).code).toBe(0)
  })

  it.each([256, 4096, 2 ** 20])('chooses a --chunk that a ring of %i bytes takes', async (capacityBytes) => {
    const path = temporaryPath()
    const file = temporaryPath('file')
    writeFileSync(file, Buffer.alloc(3 * capacityBytes + 1))
    sender(path, '--file', file)
    using bus = await Bus.listen(path, capacityBytes)
    const received = await sizes(bus)
    expect(received.reduce((sum, size) => sum + size, 0)).toBe(3 * capacityBytes + 1)
    expect(Math.max(...received)).toBeLessThanOrEqual(bus.maxPayloadBytes)
  })

  it('sends nothing of an empty file', async () => {
    const path = temporaryPath()
    const file = temporaryPath('file')
    writeFileSync(file, '')
    const child = sender(path, '--file', file)
    using bus = await Bus.listen(path, 4096)
    expect(await sizes(bus)).toEqual([])
    expect((await child.exited).code).toBe(0)
  })

  it('sends the bytes of stdin as --file -', async () => {
    const path = temporaryPath()
    const child = sender(path, '--file', '-')
    using bus = await Bus.listen(path, 4096)
    child.process.stdin.write('no line')
    expect((await bus.recv())?.text()).toBe('no line')
    child.process.stdin.end(' ends\nhere')
    expect((await texts(bus)).join('')).toBe(' ends\nhere')
    expect((await child.exited).code).toBe(0)
  })

  it('sends the bytes of stdin in messages of --chunk bytes, however they come', async () => {
    const path = temporaryPath()
    const pipeline = shell(
      '{ printf abc; sleep 0.2; printf defghij; } | ringway send "$1" --file - --chunk 4 --wait 20000',
      [path],
    )
    using bus = await Bus.listen(path, 4096)
    expect(await texts(bus)).toEqual(['abcd', 'efgh', 'ij'])
    expect((await pipeline.exited).code).toBe(0)
  })

  it('fails at once where nobody listens, and after --wait when nobody began to', async () => {
    const path = temporaryPath()
    const { code, stderr } = await ringway('send', path, 'hello').exited
    expect(code).toBe(1)
    expect(stderr).toMatch(failure('ERR_RINGWAY_NO_LISTENER'))
    const waited = await ringway('send', path, 'hello', '--wait', '50').exited
    expect(waited.code).toBe(1)
    expect(waited.stderr).toContain('50 ms')
  })

  it('fails on a missing file before it takes the place of another sender', async () => {
    const path = temporaryPath()
    const listening = Bus.listen(path, 4096)
    const { code, stderr } = await sender(path, '--file', `${path}.missing`).exited
    expect(code).toBe(1)
    expect(stderr).toMatch(failure('ERR_RINGWAY_SYSTEM'))
    expect(stderr).toContain('ENOENT')
    expect(stderr).toContain(`${path}.missing`)
    sender(path, 'me')
    using bus = await listening
    expect(await texts(bus)).toEqual(['me'])
  })

  it('sends no folder', async () => {
    const folder = temporaryPath('folder')
    mkdirSync(folder)
    const { code, stderr } = await ringway('send', temporaryPath(), '--file', folder).exited
    expect(code).toBe(2)
    expect(stderr).toMatch(failure('ERR_RINGWAY_INVALID_ARGUMENT'))
    expect(stderr).toContain('a folder')
  })

  it('does not wait for a pipe without a writer: it says how to send what comes out of one', async () => {
    const pipe = temporaryPath('pipe')
    const { code, stderr } = await shell('mkfifo "$1" && ringway send "$1.sock" --file "$1"', [pipe]).exited
    expect(code).toBe(2)
    expect(stderr).toMatch(failure('ERR_RINGWAY_INVALID_ARGUMENT'))
    expect(stderr).toContain(`--file - < ${pipe}`)
  })

  it.each([
    ['a text', ['x'.repeat(2000)], ''],
    ['a --chunk', ['--file', process.execPath, '--chunk', '2000'], ''],
    ['a --chunk of stdin', ['--file', '-', '--chunk', '2000'], 'short'],
    ['a line', [], `${'x'.repeat(2000)}\n`],
    ['a line without an end', [], 'x'.repeat(1_000_000)],
  ])('fails when %s is too large for the ring', async (_what, args, input) => {
    const path = temporaryPath()
    const child = sender(path, ...args)
    child.process.stdin.end(input)
    using bus = await Bus.listen(path, 1024)
    expect(await sizes(bus)).toEqual([])
    const { code, stderr } = await child.exited
    expect(code).toBe(1)
    expect(stderr).toMatch(failure('ERR_RINGWAY_TOO_LARGE'))
    expect(stderr).toContain('448')
  })

  it.each([
    ['waits for input', 'ringway send "$1" --wait 20000'],
    ['waits for room', 'ringway send "$1" --wait 20000 --file - < /dev/zero'],
  ])('says that the listener was killed while it %s', async (_what, script) => {
    const path = temporaryPath()
    const listener = ringway('listen', path, '--raw')
    const child = shell(script, [path])
    child.tell('hello')
    await until(() => listener.stdout.length > 0)
    listener.kill('SIGKILL')
    const { code, stderr } = await child.exited
    expect(code).toBe(1)
    expect(stderr).toMatch(failure('ERR_RINGWAY_PEER_DEAD'))
    expect(stderr).toContain(`pid ${listener.pid}`)
  })

  it('says that the listener left, although no more input comes', async () => {
    const path = temporaryPath()
    const child = sender(path)
    const bus = await Bus.listen(path, 4096)
    bus.close()
    const { code, stderr } = await child.exited
    expect(code).toBe(1)
    expect(stderr).toMatch(failure('ERR_RINGWAY_PEER_CLOSED'))
  })

  it('says that the other end sends too', async () => {
    const path = temporaryPath()
    const refused: string[] = []
    const stop = new AbortController()
    const onPeerError = ({ code }: { code: string }) => void refused.push(code)
    const listening = Bus.listen(path, 4096, { role: 'producer', signal: stop.signal, onPeerError })
    const { code, stderr } = await sender(path, 'hello').exited
    expect(code).toBe(1)
    expect(stderr).toMatch(failure('ERR_RINGWAY_WRONG_ROLE'))
    stop.abort(new Error('enough'))
    await expect(listening).rejects.toThrow('enough')
    expect(refused).toEqual(['ERR_RINGWAY_WRONG_ROLE'])
  })

  it.each([
    [[]],
    [['path', 'text', 'more']],
    [['path', 'text', '--file', 'f']],
    [['path', 'text', '--chunk', '1KiB']],
    [['path', '--file', 'f', '--chunk', '0']],
    [['path', 'text', '--type', '4294967296']],
    [['path', 'text', '--type', '-1']],
    [['path', 'text', '--type', '']],
    [['path', 'text', '--wait', '1s']],
    [['path', 'text', '--capacity', '4096']],
    [['', 'text']],
  ])('refuses %j as wrong usage', async (args) => {
    const { code, stdout, stderr } = await ringway('send', ...args).exited
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^ringway: /)
  })
})
