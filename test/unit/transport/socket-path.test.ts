import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { acceptUnix, type FileDescriptor, listenUnix, lockDirectory } from '../../../ffi/index.js'
import { connectLink, connectLinkSync } from '../../../src/transport/connector.js'
import { listenLink, listenLinkSync } from '../../../src/transport/listener.js'
import { runSync } from '../../../src/transport/run-steps.js'
import { type BoundSocket, bindSocket, checkPath } from '../../../src/transport/socket-path.js'
import { expectNothingLeft } from '../../support/transport/leaks.js'
import { boundWithoutListening } from '../../support/transport/raw-listener.js'
import { socketFolder, socketPath } from '../../support/transport/socket-folder.js'

function bind(path: string): BoundSocket {
  const socket = runSync(bindSocket(path))
  onTestFinished(() => runSync(socket.remove()))
  return socket
}

function foreignListener(path: string): FileDescriptor {
  const socket = listenUnix(path, 1)
  onTestFinished(() => socket.close())
  return socket
}

/** `folder`/aaa…, as long as asked for in UTF-8. */
function pathOfLength(folder: string, lengthBytes: number): string {
  return `${folder}/${'a'.repeat(lengthBytes - Buffer.byteLength(folder) - 1)}`
}

describe('a path', () => {
  it.each([undefined, 7, '', 'with\0zero'])('is refused when it is %j', (path) => {
    expect(() => checkPath(path)).toThrow(expect.objectContaining({ code: 'ERR_RINGWAY_INVALID_ARGUMENT' }))
  })

  it('of 107 bytes is bound, listed and removed', async () => {
    expectNothingLeft()
    const path = pathOfLength(socketFolder(), 107)
    const links = await Promise.all([
      listenLink(path, [4096], { role: 'consumer' }),
      connectLink(path, 1, { role: 'producer', waitForListenerMs: 5000 }),
    ])
    for (const link of links) link.release('closed')
    expect(existsSync(path)).toBe(false)
  })

  it('of 108 bytes is refused by listener and connector, with both numbers', async () => {
    expectNothingLeft()
    const path = pathOfLength(socketFolder(), 108)
    const tooLong = { code: 'ERR_RINGWAY_PATH_TOO_LONG', message: expect.stringMatching(/108.*107/) }
    await expect(listenLink(path, [4096], { role: 'consumer' })).rejects.toMatchObject(tooLong)
    await expect(connectLink(path, 1, { role: 'producer' })).rejects.toMatchObject(tooLong)
    const thrown = expect.objectContaining(tooLong)
    expect(() => listenLinkSync(path, [4096], { role: 'consumer' })).toThrow(thrown)
    expect(() => connectLinkSync(path, 1, { role: 'producer' })).toThrow(thrown)
  })

  it('is measured in bytes, not in characters', () => {
    expect(() => checkPath('ü'.repeat(54))).toThrow(/108/)
    expect(() => checkPath(`${'ü'.repeat(53)}a`)).not.toThrow()
  })
})

describe('listening at a path that is taken', () => {
  it('by a live listener of ours fails, and the listener does not notice', async () => {
    expectNothingLeft()
    const path = socketPath()
    const turnedAway: unknown[] = []
    let listening: ReturnType<typeof listenLink> | undefined
    await new Promise<void>((resolve) => {
      listening = listenLink(path, [4096], {
        role: 'consumer',
        onListening: resolve,
        onPeerError: (error) => turnedAway.push(error),
      })
    })
    await expect(listenLink(path, [4096], { role: 'consumer' })).rejects.toMatchObject({
      code: 'ERR_RINGWAY_PATH_IN_USE',
    })
    const links = await Promise.all([listening, connectLink(path, 1, { role: 'producer' })])
    for (const link of links) link?.release('closed')
    expect(turnedAway).toEqual([])
  })

  it('by a live foreign listener fails, and nobody has connected to it', () => {
    expectNothingLeft()
    const path = socketPath()
    const foreign = foreignListener(path)
    const { ino } = lstatSync(path)
    expect(() => bind(path)).toThrow(
      expect.objectContaining({ code: 'ERR_RINGWAY_PATH_IN_USE', message: expect.stringContaining(`${ino}`) }),
    )
    expect(acceptUnix(foreign.fd)).toBeUndefined()
    expect(lstatSync(path).ino).toBe(ino)
  })

  it('by a socket that is bound and not listening yet fails', () => {
    expectNothingLeft()
    const path = socketPath()
    boundWithoutListening(path)
    expect(() => bind(path)).toThrow(expect.objectContaining({ code: 'ERR_RINGWAY_PATH_IN_USE' }))
    expect(existsSync(path)).toBe(true)
  })

  it('by a dead socket replaces it', () => {
    expectNothingLeft()
    const path = socketPath()
    listenUnix(path, 1).close()
    const dead = lstatSync(path)
    expect(dead.isSocket()).toBe(true)
    bind(path)
    expect(lstatSync(path).mode & 0o777).toBe(0o600)
  })

  it('by a file leaves the file alone', () => {
    expectNothingLeft()
    const path = socketPath()
    writeFileSync(path, 'precious')
    expect(() => bind(path)).toThrow(
      expect.objectContaining({ code: 'ERR_RINGWAY_PATH_NOT_SOCKET', message: expect.stringContaining('8 bytes') }),
    )
    expect(readFileSync(path, 'utf8')).toBe('precious')
  })

  it('by a folder leaves the folder alone', () => {
    expectNothingLeft()
    const path = socketPath()
    mkdirSync(path)
    expect(() => bind(path)).toThrow(expect.objectContaining({ code: 'ERR_RINGWAY_PATH_NOT_SOCKET' }))
    expect(lstatSync(path).isDirectory()).toBe(true)
  })

  it('by a symbolic link to a dead socket leaves both alone', () => {
    expectNothingLeft()
    const path = socketPath()
    listenUnix(`${path}-dead`, 1).close()
    symlinkSync(`${path}-dead`, path)
    expect(() => bind(path)).toThrow(expect.objectContaining({ code: 'ERR_RINGWAY_PATH_NOT_SOCKET' }))
    expect(existsSync(`${path}-dead`)).toBe(true)
  })
})

describe('listening in a folder', () => {
  it('that does not exist says so', () => {
    expectNothingLeft()
    expect(() => bind(join(socketFolder(), 'none', 'socket'))).toThrow(
      expect.objectContaining({ code: 'ERR_RINGWAY_SYSTEM', message: expect.stringMatching(/does not exist.*ENOENT/) }),
    )
  })

  it.runIf(process.geteuid !== undefined)('without permission fails with it, and so does connecting', async () => {
    expectNothingLeft()
    const folder = socketFolder()
    chmodSync(folder, 0o000)
    if (process.geteuid?.() === 0) {
      process.seteuid?.(65534)
      onTestFinished(() => process.seteuid?.(0))
    }
    const path = join(folder, 'socket')
    const refused = { code: 'ERR_RINGWAY_PERMISSION', message: expect.stringContaining('EACCES') }
    await expect(listenLink(path, [4096], { role: 'consumer' })).rejects.toMatchObject(refused)
    await expect(connectLink(path, 1, { role: 'producer' })).rejects.toMatchObject(refused)
  })

  it('that somebody has locked waits for the lock', async () => {
    expectNothingLeft()
    const path = socketPath()
    const lock = lockDirectory(dirname(path))
    setTimeout(() => lock?.close(), 20)
    const links = await Promise.all([
      listenLink(path, [4096], { role: 'consumer' }),
      connectLink(path, 1, { role: 'producer', waitForListenerMs: 5000 }),
    ])
    for (const link of links) link.release('closed')
  })

  it('that somebody keeps locked fails after a while', () => {
    expectNothingLeft()
    const path = socketPath()
    using _lock = lockDirectory(dirname(path)) as FileDescriptor
    expect(() => bind(path)).toThrow(
      expect.objectContaining({ code: 'ERR_RINGWAY_PATH_IN_USE', message: expect.stringContaining('2000 ms') }),
    )
    expect(existsSync(path)).toBe(false)
  })
})

describe('the end of a bound socket', () => {
  it('removes the file once', () => {
    expectNothingLeft()
    const path = socketPath()
    const socket = bind(path)
    runSync(socket.remove())
    expect(existsSync(path)).toBe(false)
    foreignListener(path)
    runSync(socket.remove())
    expect(existsSync(path)).toBe(true)
  })

  it('leaves a file alone that somebody else has put in its place', () => {
    expectNothingLeft()
    const path = socketPath()
    const socket = bind(path)
    renameSync(path, `${path}-moved`)
    foreignListener(path)
    runSync(socket.remove())
    expect(existsSync(path)).toBe(true)
  })

  it('finds the file again when the process has gone to another folder', () => {
    expectNothingLeft()
    const folder = socketFolder()
    const before = process.cwd()
    onTestFinished(() => process.chdir(before))
    process.chdir(folder)
    const socket = bind('socket')
    process.chdir(before)
    runSync(socket.remove())
    expect(existsSync(join(folder, 'socket'))).toBe(false)
  })
})

describe('connecting to a path', () => {
  it.each([
    ['where nothing is', () => {}, 'ERR_RINGWAY_NO_LISTENER', 'ENOENT'],
    ['of a dead socket', (path: string) => listenUnix(path, 1).close(), 'ERR_RINGWAY_NO_LISTENER', 'ECONNREFUSED'],
    ['of a file', (path: string) => writeFileSync(path, 'text'), 'ERR_RINGWAY_PATH_NOT_SOCKET', '4 bytes'],
    ['of a folder', (path: string) => mkdirSync(path), 'ERR_RINGWAY_PATH_NOT_SOCKET', 'a folder'],
    ['that nobody listens on yet', boundWithoutListening, 'ERR_RINGWAY_NO_LISTENER', 'ECONNREFUSED'],
  ])('%s fails at once', async (_, prepare, code, text) => {
    expectNothingLeft()
    const path = socketPath()
    prepare(path)
    const failure = { code, message: expect.stringContaining(text) }
    await expect(connectLink(path, 1, { role: 'producer' })).rejects.toMatchObject(failure)
    expect(() => connectLinkSync(path, 1, { role: 'producer' })).toThrow(expect.objectContaining(failure))
  })

  it('waits for a listener as long as it was told to', async () => {
    expectNothingLeft()
    await expect(connectLink(socketPath(), 1, { role: 'producer', waitForListenerMs: 20 })).rejects.toMatchObject({
      code: 'ERR_RINGWAY_NO_LISTENER',
      message: expect.stringContaining('20 ms'),
    })
  })

  it('whose queue is full ends with the time-out of the handshake', async () => {
    expectNothingLeft()
    const path = socketPath()
    const listener = listenUnix(path, 0)
    onTestFinished(() => listener.close())
    const first = connectLink(path, 1, { role: 'producer', timeoutMs: 40 })
    await expect(connectLink(path, 1, { role: 'producer', timeoutMs: 20 })).rejects.toMatchObject({
      code: 'ERR_RINGWAY_TIMEOUT',
      message: expect.stringMatching(/queue.*20 ms/),
    })
    await expect(first).rejects.toMatchObject({ code: 'ERR_RINGWAY_TIMEOUT' })
  })

  it('tries again when the listener it was queued at went away without accepting it', async () => {
    expectNothingLeft()
    const path = socketPath()
    const gone = listenUnix(path, 1)
    const connecting = connectLink(path, 1, { role: 'producer', waitForListenerMs: 5000 })
    gone.close()
    const links = await Promise.all([listenLink(path, [4096], { role: 'consumer' }), connecting])
    for (const link of links) link.release('closed')
  })
})
