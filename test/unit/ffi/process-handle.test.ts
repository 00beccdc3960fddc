import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import {
  acceptUnix,
  connectUnix,
  FileDescriptor,
  hasPeerPidfd,
  listenUnix,
  ProcessHandle,
  pollReadable,
  SystemCallError,
} from '../../../ffi/index.js'
import { openDescriptors } from '../../support/process-resources.js'

let folder = ''
let path = ''
let before = 0

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ringway-'))
  path = join(folder, 'x.sock')
})

afterEach(() => {
  rmSync(folder, { recursive: true })
})

function startSleeper(): ChildProcess {
  const child = spawn('sleep', ['1000'], { stdio: 'ignore' })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return child
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(1)
}

describe('ProcessHandle.open', () => {
  it('tells when the process has ended', async () => {
    const child = startSleeper()
    using handle = ProcessHandle.open(child.pid ?? -1)
    expect(handle?.exited()).toBe(false)
    const reaped = once(child, 'exit')
    child.kill('SIGKILL')
    await until(() => handle?.exited() === true)
    await reaped
    // Reaped: the number may be another process by now, and the handle does not care.
    expect(handle?.exited()).toBe(true)
  })

  it('is undefined when there is no such process', () => {
    const { pid } = spawnSync('true')
    before = openDescriptors().size
    expect(ProcessHandle.open(pid)).toBeUndefined()
    expect(openDescriptors().size).toBe(before)
  })

  it('holds this process, which has not ended', () => {
    using handle = ProcessHandle.open(process.pid)
    expect(handle?.exited()).toBe(false)
  })

  it('keeps no descriptor after close, and says what was known', async () => {
    const child = startSleeper()
    before = openDescriptors().size
    const handle = ProcessHandle.open(child.pid ?? -1)
    expect(openDescriptors().size).toBe(before + 1)
    handle?.close()
    handle?.close()
    expect(openDescriptors().size).toBe(before)
    const reaped = once(child, 'exit')
    child.kill('SIGKILL')
    await reaped
    expect(handle?.exited()).toBe(false)
  })
})

describe('ProcessHandle.ofSocketPeer', () => {
  const connectAndWait = `require('node:net').connect(process.argv[1]).on('error', () => 0); setInterval(() => 0, 1000)`
  const connectAndExit = `require('node:net').connect(process.argv[1]).on('connect', () => process.exit())`

  it('holds whoever connected', async () => {
    using listener = listenUnix(path, 1)
    const child = spawn(process.execPath, ['-e', connectAndWait, path], { stdio: 'ignore' })
    onTestFinished(() => {
      child.kill('SIGKILL')
    })
    await until(() => pollReadable(listener.fd, 0))
    using far = acceptUnix(listener.fd)
    using handle = ProcessHandle.ofSocketPeer(far?.fd ?? -1)
    expect(handle?.exited()).toBe(false)
    child.kill('SIGKILL')
    await until(() => handle?.exited() === true)
    expect(handle?.exited()).toBe(true)
  })

  it('says of a peer that ended before it was asked for that it has', () => {
    using listener = listenUnix(path, 1)
    expect(spawnSync(process.execPath, ['-e', connectAndExit, path]).status).toBe(0)
    using far = acceptUnix(listener.fd)
    using handle = ProcessHandle.ofSocketPeer(far?.fd ?? -1)
    expect(handle?.exited()).toBe(true)
  })

  it('holds whoever listens', () => {
    using _listener = listenUnix(path, 1)
    using near = connectUnix(path)
    using handle = ProcessHandle.ofSocketPeer(near?.fd ?? -1)
    expect(handle?.exited()).toBe(false)
  })

  it('throws for what is not a socket', () => {
    using folderDescriptor = new FileDescriptor(openSync(folder, 'r'))
    expect(() => ProcessHandle.ofSocketPeer(folderDescriptor.fd)).toThrow(SystemCallError)
  })
})

describe('hasPeerPidfd', () => {
  it('says the same of every connected socket, and keeps no descriptor', () => {
    using listener = listenUnix(path, 1)
    using connected = connectUnix(path)
    using accepted = acceptUnix(listener.fd)
    const open = openDescriptors()
    expect(hasPeerPidfd(connected?.fd ?? -1)).toBe(hasPeerPidfd(accepted?.fd ?? -1))
    expect(openDescriptors()).toEqual(open)
  })

  it('is false of what is no socket', () => {
    using file = new FileDescriptor(openSync('/dev/null', 'r'))
    expect(hasPeerPidfd(file.fd)).toBe(false)
  })
})
