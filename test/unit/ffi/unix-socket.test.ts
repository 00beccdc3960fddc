import { spawnSync } from 'node:child_process'
import { mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  acceptUnix,
  connectUnix,
  FileDescriptor,
  listenUnix,
  peerCredentials,
  pollReadable,
  probeUnixSocket,
  receiveNow,
  sendNow,
} from '../../../ffi/index.js'
import { openDescriptors } from '../../support/process-resources.js'

let folder = ''
let path = ''
let before = new Map<number, string>()

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ringway-'))
  path = join(folder, 'bus.sock')
  before = openDescriptors()
})

afterEach(() => {
  expect(openDescriptors()).toEqual(before)
  rmSync(folder, { recursive: true })
})

/** Two ends of one connection. */
function connected(): { near: FileDescriptor; far: FileDescriptor } {
  using listener = listenUnix(path, 1)
  const near = connectUnix(path)
  const far = acceptUnix(listener.fd)
  if (near === undefined || far === undefined) throw new Error('not connected')
  return { near, far }
}

describe('listenUnix', () => {
  it('makes a socket that only this user can connect to, whatever the umask', () => {
    const umask = process.umask(0)
    try {
      using _listener = listenUnix(path, 1)
      expect(statSync(path).isSocket()).toBe(true)
      expect(statSync(path).mode & 0o777).toBe(0o600)
    } finally {
      process.umask(umask)
    }
  })

  it('takes a path of 107 bytes, and none of 108', () => {
    const longest = join(folder, 'x'.repeat(107 - folder.length - 1))
    using _listener = listenUnix(longest, 1)
    expect(statSync(longest).isSocket()).toBe(true)
    expect(() => listenUnix(`${longest}x`, 1)).toThrow(expect.objectContaining({ code: 'ENAMETOOLONG' }))
    expect(() => connectUnix(`${longest}x`)).toThrow('(108 bytes)')
    expect(() => probeUnixSocket(`${longest}x`)).toThrow(expect.objectContaining({ code: 'ENAMETOOLONG' }))
  })

  it('counts bytes, not characters', () => {
    const name = 'é'.repeat((107 - folder.length - 1) >> 1)
    using _listener = listenUnix(join(folder, name), 1)
    expect(() => listenUnix(join(folder, `${name}éé`), 1)).toThrow(expect.objectContaining({ code: 'ENAMETOOLONG' }))
  })

  it('never binds a name in the abstract space, or a part of the path', () => {
    expect(() => listenUnix('', 1)).toThrow(expect.objectContaining({ syscall: 'bind', code: 'ENOENT' }))
    expect(() => listenUnix('\0abstract', 1)).toThrow(expect.objectContaining({ code: 'EINVAL' }))
    expect(() => listenUnix(`${path}\0rest`, 1)).toThrow(expect.objectContaining({ code: 'EINVAL' }))
    expect(probeUnixSocket(path)).toBe('absent')
  })

  it('refuses a path at which there is something', () => {
    writeFileSync(path, 'mine')
    expect(() => listenUnix(path, 1)).toThrow(
      expect.objectContaining({ name: 'SystemCallError', syscall: 'bind', code: 'EADDRINUSE' }),
    )
  })
})

describe('connectUnix', () => {
  it('throws when nobody is there', () => {
    expect(() => connectUnix(path)).toThrow(expect.objectContaining({ syscall: 'connect', code: 'ENOENT' }))
    listenUnix(path, 1).close()
    expect(() => connectUnix(path)).toThrow(expect.objectContaining({ code: 'ECONNREFUSED' }))
  })

  it('is undefined when the backlog is full, and works again when there is room', () => {
    using listener = listenUnix(path, 0)
    using first = connectUnix(path)
    expect(first?.closed).toBe(false)
    expect(connectUnix(path)).toBeUndefined()
    acceptUnix(listener.fd)?.close()
    using second = connectUnix(path)
    expect(second?.closed).toBe(false)
  })
})

describe('acceptUnix', () => {
  it('is undefined when nobody waits', () => {
    using listener = listenUnix(path, 1)
    expect(acceptUnix(listener.fd)).toBeUndefined()
  })

  it('throws for what is not a listening socket', () => {
    const { near, far } = connected()
    expect(() => acceptUnix(near.fd)).toThrow(expect.objectContaining({ syscall: 'accept4', code: 'EINVAL' }))
    near.close()
    far.close()
  })
})

describe('every descriptor', () => {
  it('is CLOEXEC and non-blocking', () => {
    const O_CLOEXEC = 0o2000000
    const O_NONBLOCK = 0o4000
    using listener = listenUnix(join(folder, 'flags.sock'), 1)
    const { near, far } = connected()
    for (const { fd } of [listener, near, far]) {
      const flags = Number.parseInt(
        /flags:\s+(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? '',
        8,
      )
      expect(flags & O_CLOEXEC).toBe(O_CLOEXEC)
      expect(flags & O_NONBLOCK).toBe(O_NONBLOCK)
    }
    near.close()
    far.close()
  })
})

describe('probeUnixSocket', () => {
  it('tells whether somebody holds the path', () => {
    expect(probeUnixSocket(path)).toBe('absent')
    const listener = listenUnix(path, 1)
    expect(probeUnixSocket(path)).toBe('live')
    listener.close()
    expect(probeUnixSocket(path)).toBe('dead')
  })

  it('is not noticed by the listener', () => {
    using listener = listenUnix(path, 1)
    expect(probeUnixSocket(path)).toBe('live')
    expect(pollReadable(listener.fd, 0)).toBe(false)
    expect(acceptUnix(listener.fd)).toBeUndefined()
  })

  it('finds a listener of another program', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(path, resolve))
    expect(probeUnixSocket(path)).toBe('live')
    await new Promise((resolve) => server.close(resolve))
  })

  it('calls a plain file dead, and throws where it cannot look', () => {
    writeFileSync(path, '')
    expect(probeUnixSocket(path)).toBe('dead')
    expect(() => probeUnixSocket(join(path, 'below'))).toThrow(expect.objectContaining({ code: 'ENOTDIR' }))
  })
})

describe('sendNow and receiveNow', () => {
  it('pass bytes, also of a part of a buffer', () => {
    const { near, far } = connected()
    const bytes = Uint8Array.from([1, 2, 3, 4, 5])
    expect(sendNow(near.fd, bytes.subarray(1, 4))).toBe(3)
    const into = new Uint8Array(8)
    expect(receiveNow(far.fd, into.subarray(2))).toBe(3)
    expect([...into]).toEqual([0, 0, 2, 3, 4, 0, 0, 0])
    near.close()
    far.close()
  })

  it('never wait', () => {
    const { near, far } = connected()
    expect(receiveNow(far.fd, new Uint8Array(1))).toBeUndefined()
    const bell = new Uint8Array(1)
    let rung = 0
    while (sendNow(near.fd, bell) === 1) rung++
    expect(rung).toBeGreaterThan(50)
    expect(sendNow(near.fd, bell)).toBeUndefined()
    near.close()
    far.close()
  })

  it('tell the end of the stream from nothing yet', () => {
    const { near, far } = connected()
    near.close()
    expect(receiveNow(far.fd, new Uint8Array(1))).toBe(0)
    far.close()
  })

  it('refuse to receive into nothing, which would look like the end', () => {
    const { near, far } = connected()
    expect(() => receiveNow(far.fd, new Uint8Array(0))).toThrow(RangeError)
    near.close()
    far.close()
  })

  it('throw, and raise no signal, when the other end is gone', async () => {
    const { near, far } = connected()
    far.close()
    // Node ignores SIGPIPE by itself; a listener would still be called.
    let signals = 0
    const count = () => signals++
    process.on('SIGPIPE', count)
    try {
      expect(() => sendNow(near.fd, new Uint8Array(1))).toThrow(
        expect.objectContaining({ name: 'SystemCallError', syscall: 'send', code: 'EPIPE' }),
      )
      // Listeners are called from the event loop.
      await sleep(20)
      expect(signals).toBe(0)
    } finally {
      process.off('SIGPIPE', count)
    }
    near.close()
  })

  it('throw for a descriptor that is not open', () => {
    expect(() => sendNow(-1, new Uint8Array(1))).toThrow(expect.objectContaining({ code: 'EBADF' }))
    expect(() => receiveNow(-1, new Uint8Array(1))).toThrow(expect.objectContaining({ syscall: 'recv', code: 'EBADF' }))
  })
})

describe('peerCredentials', () => {
  it('name the process at the other end', () => {
    const { near, far } = connected()
    const self = { pid: process.pid, uid: process.getuid?.(), gid: process.getgid?.() }
    expect(peerCredentials(near.fd)).toEqual(self)
    expect(peerCredentials(far.fd)).toEqual(self)
    near.close()
    far.close()
  })

  it('name a child, also when it has ended', () => {
    using listener = listenUnix(path, 1)
    const script = `require('node:net').connect(process.argv[1]).on('connect', function () { this.destroy() })`
    const child = spawnSync(process.execPath, ['-e', script, path])
    expect(child.status).toBe(0)
    using far = acceptUnix(listener.fd)
    expect(peerCredentials(far?.fd ?? -1).pid).toBe(child.pid)
  })

  it('throw for what is not a socket', () => {
    using directory = new FileDescriptor(openSync(folder, 'r'))
    expect(() => peerCredentials(directory.fd)).toThrow(
      expect.objectContaining({ syscall: 'getsockopt', code: 'ENOTSOCK' }),
    )
  })
})
