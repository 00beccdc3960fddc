import { existsSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Bus, type BusProducer, type ErrorCode } from '../../src/index.js'
import { failure, listening, ringway, shell } from '../support/command-line.js'
import { temporaryPath } from '../support/temporary-path.js'

const bytes = (text: string) => new TextEncoder().encode(text)

async function connect(path: string): Promise<BusProducer> {
  return await Bus.connect(path, { waitForListenerMs: 20_000 })
}

async function sendAll(path: string, ...texts: readonly string[]): Promise<void> {
  using bus = await connect(path)
  for (const text of texts) await bus.send(bytes(text))
}

describe('ringway listen', () => {
  it('prints each message in a line of its own, and ends with the sender', async () => {
    const path = temporaryPath()
    const child = ringway('listen', path)
    await sendAll(path, 'first', '', 'zwölf €')
    expect(await child.exited).toEqual({ code: 0, signal: null, stdout: 'first\n\nzwölf €\n', stderr: '' })
    expect(existsSync(path)).toBe(false)
  })

  it('prints a message while the sender is still there', async () => {
    const path = temporaryPath()
    const child = ringway('listen', path)
    using bus = await connect(path)
    await bus.send(bytes('already'))
    expect(await child.line()).toBe('already')
    expect(bus.state).toBe('open')
  })

  it('prints nothing between messages with --raw', async () => {
    const path = temporaryPath()
    const child = ringway('listen', path, '--raw')
    await sendAll(path, 'a', 'bc', '', 'd')
    expect(await child.exited).toMatchObject({ code: 0, stdout: 'abcd' })
  })

  it('prints an object a line with --json: text where it is UTF-8, else base64', async () => {
    const path = temporaryPath()
    const child = ringway('listen', path, '--json')
    const bus = await connect(path)
    await bus.send(bytes('a "b"\n'), 7)
    await bus.send(Uint8Array.of(0xff, 0x00), 0xffff_ffff)
    await bus.send(bytes('\uFEFFbom'))
    bus.close()
    const { code, stdout } = await child.exited
    expect(code).toBe(0)
    expect(
      stdout
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { typeId: 7, size: 6, text: 'a "b"\n' },
      { typeId: 0xffff_ffff, size: 2, base64: '/wA=' },
      { typeId: 0, size: 6, text: '\uFEFFbom' },
    ])
  })

  it('leaves after --count messages, and says goodbye', async () => {
    const path = temporaryPath()
    const child = ringway('listen', path, '--count', '2')
    using bus = await connect(path)
    for (const text of ['1', '2', '3']) await bus.send(bytes(text))
    expect(await child.exited).toEqual({ code: 0, signal: null, stdout: '1\n2\n', stderr: '' })
    expect(await bus.closed).toEqual({ kind: 'peer-closed' })
  })

  it.each([
    [[], 2 ** 20],
    [['--capacity', '64KiB'], 2 ** 16],
    [['--capacity', '256'], 256],
  ])('makes a ring as large as %j says', async (options, capacityBytes) => {
    const path = temporaryPath()
    ringway('listen', path, ...options)
    using bus = await connect(path)
    expect(bus.capacityBytes).toBe(capacityBytes)
  })

  it('gives up when no sender comes within --timeout', async () => {
    const path = temporaryPath()
    const { code, stdout, stderr } = await ringway('listen', path, '--timeout', '50').exited
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(failure('ERR_RINGWAY_TIMEOUT'))
    expect(stderr).toContain('50 ms')
    expect(existsSync(path)).toBe(false)
  })

  it('gives up when no message comes within --timeout, after it has printed those that came', async () => {
    const path = temporaryPath()
    const child = ringway('listen', path, '--timeout', '1000')
    using bus = await connect(path)
    await bus.send(bytes('only'))
    const { code, stdout, stderr } = await child.exited
    expect({ code, stdout }).toEqual({ code: 1, stdout: 'only\n' })
    expect(stderr).toMatch(failure('ERR_RINGWAY_TIMEOUT'))
  })

  it('prints all that a sender sent before it was killed, and then says so', async () => {
    const path = temporaryPath()
    const child = ringway('listen', path)
    const sender = ringway('send', path, '--wait', '20000')
    sender.tell('one\ntwo')
    expect(await child.line('two')).toBe('two')
    sender.kill('SIGKILL')
    const { code, stdout, stderr } = await child.exited
    expect({ code, stdout }).toEqual({ code: 1, stdout: 'one\ntwo\n' })
    expect(stderr).toMatch(failure('ERR_RINGWAY_PEER_DEAD'))
    expect(stderr).toContain(`pid ${sender.pid}`)
  })

  it('turns away who wants to receive too, says so, and listens on', async () => {
    const path = temporaryPath()
    const child = ringway('listen', path)
    await listening(path)
    await expect(Bus.connect(path, { role: 'consumer' })).rejects.toThrow()
    await sendAll(path, 'hello')
    const { code, stdout, stderr } = await child.exited
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'hello\n' })
    expect(stderr).toMatch(/^ringway: turned away: ERR_RINGWAY_WRONG_ROLE: [^\n]+\n$/)
  })

  it('leaves a path alone that somebody listens on', async () => {
    const path = temporaryPath()
    const first = ringway('listen', path)
    await listening(path)
    const { code, stderr } = await ringway('listen', path).exited
    expect(code).toBe(1)
    expect(stderr).toMatch(failure('ERR_RINGWAY_PATH_IN_USE'))
    await sendAll(path, 'still there')
    expect(await first.exited).toMatchObject({ code: 0, stdout: 'still there\n' })
  })

  it('leaves a path alone that is a file', async () => {
    const path = temporaryPath()
    writeFileSync(path, 'precious')
    const { code, stderr } = await ringway('listen', path).exited
    expect(code).toBe(1)
    expect(stderr).toMatch(failure('ERR_RINGWAY_PATH_NOT_SOCKET'))
    expect(existsSync(path)).toBe(true)
  })

  it('fails in one line where the folder is missing', async () => {
    const { code, stderr } = await ringway('listen', `${temporaryPath()}/none/bus.sock`).exited
    expect(code).toBe(1)
    expect(stderr).toMatch(/^ringway: ERR_RINGWAY_\w+: [^\n]+\n$/)
  })

  it('ends cleanly when its reader has seen enough', async () => {
    const path = temporaryPath()
    const script = '{ ringway listen "$1" --timeout 20000; echo "listen: $?" >&2; } | head -n 1'
    const pipeline = shell(script, [path])
    const bus = await connect(path)
    // Whoever leaves closes the bus: messages come until then.
    const send = async () => {
      for (let number = 0; ; number++) await bus.send(bytes(`message ${number}`))
    }
    await expect(send()).rejects.toMatchObject({ code: 'ERR_RINGWAY_PEER_CLOSED' satisfies ErrorCode })
    expect(await pipeline.exited).toMatchObject({ code: 0, stdout: 'message 0\n', stderr: 'listen: 0\n' })
  })

  it('takes no more from the ring than its reader takes from it', async () => {
    const path = temporaryPath()
    const script = 'exec 3<&0; ringway listen "$1" --raw --capacity 64KiB --timeout 30000 | { read go <&3; wc -c; }'
    const pipeline = shell(script, [path])
    const bus = await connect(path)
    const message = new Uint8Array(1000)
    const sizeBytes = 64 * 2 ** 20
    let sentBytes = 0
    const send = () => {
      while (sentBytes < sizeBytes && bus.trySend(message)) sentBytes += message.byteLength
    }
    // Until nothing has moved for a while: ring, page and pipe are full.
    for (let before = -1; before !== sentBytes; ) {
      before = sentBytes
      for (let look = 0; look < 20; look++) {
        send()
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    }
    expect(sentBytes).toBeLessThan(2 ** 20)
    pipeline.tell('go')
    for (; sentBytes < 2 ** 21; sentBytes += message.byteLength) await bus.send(message)
    bus.close()
    expect(await pipeline.exited).toMatchObject({ code: 0, stdout: `${sentBytes}\n` })
  })

  it('fails when what it prints to is full', async () => {
    const path = temporaryPath()
    const pipeline = shell('ringway listen "$1" --timeout 20000 > /dev/full', [path])
    await sendAll(path, 'lost')
    const { code, stderr } = await pipeline.exited
    expect(code).toBe(1)
    expect(stderr).toMatch(failure('ENOSPC'))
  })

  it('loses none of the last bytes when it ends', async () => {
    const path = temporaryPath()
    // The reader begins when the listener has long received everything.
    const pipeline = shell('ringway listen "$1" --raw --timeout 20000 | { sleep 1; wc -c; }', [path])
    const bus = await connect(path)
    await bus.send(new Uint8Array(500_000))
    bus.close()
    expect(await pipeline.exited).toMatchObject({ code: 0, stdout: '500000\n' })
  })

  it.each([
    [[]],
    [['--count', '0']],
    [['--count', 'many']],
    [['--capacity', '64KB']],
    [['--capacity', '0']],
    [['--capacity', '1000']],
    [['--capacity', '4GiB']],
    [['--timeout', '-1']],
    [['--raw', '--json']],
    [['--unknown']],
    [['one', 'too many']],
  ])('refuses %j as wrong usage', async (options) => {
    const path = options.length === 0 ? [] : [temporaryPath()]
    const { code, stdout, stderr } = await ringway('listen', ...path, ...options).exited
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^ringway: /)
    expect(path.some(existsSync)).toBe(false)
  })

  it('refuses a path that no socket can have', async () => {
    const { code, stderr } = await ringway('listen', `/tmp/${'x'.repeat(120)}`).exited
    expect(code).toBe(2)
    expect(stderr).toMatch(failure('ERR_RINGWAY_PATH_TOO_LONG'))
  })
})
