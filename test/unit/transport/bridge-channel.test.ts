import { readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { lockDirectory, NamedSemaphore } from '../../../ffi/index.js'
import { ErrorCode } from '../../../src/errors.js'
import { BridgeAttachment } from '../../../src/transport/bridge-attachment.js'
import { BridgeChannel } from '../../../src/transport/bridge-channel.js'
import { claimChannel } from '../../../src/transport/bridge-claim.js'
import { bridgeNames } from '../../../src/transport/bridge-names.js'
import { statFile } from '../../../src/transport/file-identity.js'
import { lockHolder, usersOf, usersOfSync } from '../../../src/transport/file-users.js'
import { bridgeName, expectNothingLeft } from '../../support/bridge/left-over.js'

expectNothingLeft()

const filesOf = (name: string) =>
  readdirSync('/dev/shm')
    .filter((file) => file.includes(`srb_${name}_`))
    .sort()

function created(name: string, bufferBytes = 4096): BridgeChannel {
  const channel = BridgeChannel.create(name, bufferBytes)
  onTestFinished(async () => await channel.release())
  return channel
}

function opened(name: string): BridgeChannel {
  const channel = BridgeChannel.open(name)
  if (channel === undefined) throw new Error('there is no such bridge')
  onTestFinished(async () => await channel.release())
  return channel
}

/** Both semaphores of one direction, as another program has them. */
function semaphores(name: string, direction: 'request' | 'response') {
  const { empty, full } = bridgeNames(name)[direction]
  const both = { empty: NamedSemaphore.open(empty), full: NamedSemaphore.open(full) }
  onTestFinished(() => {
    both.empty.close()
    both.full.close()
  })
  return both
}

const bytes = (text: string) => Buffer.from(text)

describe('bridgeNames', () => {
  it('takes names that fit into a file name with all that is put around them', () => {
    expect(bridgeNames('x').response).toEqual({
      memory: 'srb_x_resp',
      empty: 'srb_x_resp_empty',
      full: 'srb_x_resp_full',
    })
    expect(() => bridgeNames('x'.repeat(236))).not.toThrow()
    for (const name of ['', 'a/b', 'a\0b', 'x'.repeat(237), 'ü'.repeat(119), 7 as unknown as string]) {
      expect(() => bridgeNames(name)).toThrow(expect.objectContaining({ code: ErrorCode.invalidArgument }))
    }
  })

  it('has names of the longest kind that the system takes', () => {
    const name = `ringway-${process.pid}-`.padEnd(236, 'x')
    created(name)
    expect(filesOf(name)).toHaveLength(6)
  })
})

describe('BridgeChannel', () => {
  it('makes six files of the sizes and counts that Python expects', () => {
    const name = bridgeName()
    created(name, 5000)
    expect(filesOf(name)).toHaveLength(6)
    expect(statFile(`/dev/shm/srb_${name}_req`)).toMatchObject({ size: 5000, mode: 0o100600 })
    for (const direction of ['request', 'response'] as const) {
      const { empty, full } = semaphores(name, direction)
      expect([empty.value(), full.value()]).toEqual([1, 0])
    }
  })

  it('carries one message at a time each way', () => {
    const name = bridgeName()
    const server = created(name)
    const client = opened(name)
    expect(server.request.tryTake()).toBeUndefined()
    expect(client.request.tryPut(bytes('one'))).toBe(true)
    expect(client.request.tryPut(bytes('two'))).toBe(false)
    expect(server.request.hasMessage).toBe(true)
    expect(server.request.tryTake()?.toString()).toBe('one')
    expect(client.request.tryPut(new Uint8Array(client.request.maxBytes))).toBe(true)
    expect(server.request.tryTake()?.length).toBe(4092)
    expect(client.request.tryPut(bytes(''))).toBe(true)
    expect(server.request.tryTake()?.length).toBe(0)
  })

  it('leaves a message that is for somebody else', () => {
    const name = bridgeName()
    const server = created(name)
    server.response.tryPut(bytes('theirs'))
    expect(server.response.tryTake(() => false)).toBeUndefined()
    expect(server.response.tryTake(() => true)?.toString()).toBe('theirs')
  })

  it('gives the buffer on when a look at the message throws', () => {
    const server = created(bridgeName())
    server.response.tryPut(bytes('x'))
    const failure = new Error('not what I expected')
    const fail = () => {
      throw failure
    }
    expect(() => server.response.tryTake(fail)).toThrow(failure)
    expect(server.response.tryPut(bytes('y'))).toBe(true)
  })

  it('refuses a length that the buffer cannot hold, and goes on', () => {
    const name = bridgeName()
    const server = created(name)
    const { empty, full } = semaphores(name, 'request')
    for (const length of [4093, 0xffff_ffff]) {
      expect(empty.tryWait()).toBe(true)
      const memory = Buffer.alloc(4096)
      memory.writeUInt32LE(length)
      writeFileSync(`/dev/shm/srb_${name}_req`, memory, { flag: 'r+' })
      full.post()
      expect(() => server.request.tryTake()).toThrow(expect.objectContaining({ code: ErrorCode.corrupt }))
    }
    expect(server.request.tryPut(bytes('next'))).toBe(true)
    expect(server.request.tryTake()?.toString()).toBe('next')
  })

  it('does not touch memory that was made shorter', () => {
    const name = bridgeName()
    const server = created(name)
    truncateSync(`/dev/shm/srb_${name}_req`, 0)
    const unsafe = expect.objectContaining({ code: ErrorCode.unsafeMemory })
    expect(() => server.request.tryPut(bytes('x'))).toThrow(unsafe)
    expect(() => server.request.expectWhole()).toThrow(unsafe)
  })

  it('gives a buffer back whose writer or reader died with it, after a second', () => {
    const name = bridgeName()
    const server = created(name)
    const { empty, full } = semaphores(name, 'request')
    expect(empty.tryWait()).toBe(true)
    server.request.repair(0)
    server.request.repair(999)
    expect(empty.value()).toBe(0)
    server.request.repair(1000)
    expect([empty.value(), full.value()]).toEqual([1, 0])
    server.request.repair(5000)
    server.request.repair(9000)
    expect(empty.value()).toBe(1)
  })

  it('takes its time anew when the buffer was seen in order meanwhile', () => {
    const name = bridgeName()
    const server = created(name)
    const { empty } = semaphores(name, 'request')
    empty.tryWait()
    server.request.repair(0)
    empty.post()
    server.request.repair(500)
    empty.tryWait()
    server.request.repair(1400)
    expect(empty.value()).toBe(0)
  })

  it('refuses names that are there, and leaves them', () => {
    const name = bridgeName()
    created(name)
    expect(() => BridgeChannel.create(name, 4096)).toThrow(expect.objectContaining({ code: ErrorCode.pathInUse }))
    expect(filesOf(name)).toHaveLength(6)
  })

  it('undoes what it made when one of the later names is there', () => {
    const name = bridgeName()
    using _other = NamedSemaphore.create(`srb_${name}_resp_full`, 0)
    expect(() => BridgeChannel.create(name, 4096)).toThrow(expect.objectContaining({ code: ErrorCode.pathInUse }))
    expect(filesOf(name)).toEqual([`sem.srb_${name}_resp_full`])
    rmSync(`/dev/shm/sem.srb_${name}_resp_full`)
  })

  it('removes its own files only, not those that now have their names', async () => {
    const name = bridgeName()
    const channel = BridgeChannel.create(name, 4096)
    rmSync(`/dev/shm/srb_${name}_req`)
    writeFileSync(`/dev/shm/srb_${name}_req`, 'of somebody else')
    await channel.release()
    expect(filesOf(name)).toEqual([`srb_${name}_req`])
    rmSync(`/dev/shm/srb_${name}_req`)
  })

  it.each([4, 0, 1.5, 2 ** 30 + 1, Number.NaN])('refuses a buffer of %d bytes', (bufferBytes) => {
    expect(() => BridgeChannel.create(bridgeName(), bufferBytes)).toThrow(
      expect.objectContaining({ code: ErrorCode.invalidCapacity }),
    )
  })

  it('is not there until all of it is', () => {
    const name = bridgeName()
    expect(BridgeChannel.open(name)).toBeUndefined()
    created(name)
    truncateSync(`/dev/shm/srb_${name}_resp`, 0)
    expect(BridgeChannel.open(name)).toBeUndefined()
    truncateSync(`/dev/shm/srb_${name}_resp`, 4096)
    truncateSync(`/dev/shm/sem.srb_${name}_resp_full`, 16)
    expect(BridgeChannel.open(name)).toBeUndefined()
  })

  it('refuses what belongs to another user', () => {
    const name = bridgeName()
    created(name)
    const spy = vi.spyOn(process, 'geteuid').mockReturnValue(12_345)
    onTestFinished(() => spy.mockRestore())
    expect(() => BridgeChannel.open(name)).toThrow(expect.objectContaining({ code: ErrorCode.peerRefused }))
  })

  it('refuses memory of a size that nobody needs', () => {
    const name = bridgeName()
    created(name)
    truncateSync(`/dev/shm/srb_${name}_req`, 2 ** 31)
    expect(() => BridgeChannel.open(name)).toThrow(expect.objectContaining({ code: ErrorCode.capacityLimit }))
  })

  it('has one client of this library at a time', async () => {
    const name = bridgeName()
    created(name)
    const first = opened(name)
    expect(() => BridgeChannel.open(name)).toThrow(expect.objectContaining({ code: ErrorCode.busy }))
    await first.release()
    opened(name)
  })
})

describe('usersOf', () => {
  it('finds the processes that map a file', async () => {
    const name = bridgeName()
    const channel = created(name)
    const file = statFile(`/dev/shm/srb_${name}_req`)
    if (file === undefined) throw new Error('no file')
    expect(await usersOf([file])).toEqual([process.pid])
    expect(lockHolder(file)).toBe(process.pid)
    await channel.release()
    expect(usersOfSync([file])).toEqual([])
    expect(lockHolder(file)).toBeUndefined()
  })
})

describe('claimChannel', () => {
  it('removes what a dead server left, be it only a part', async () => {
    const name = bridgeName()
    const { request, response } = bridgeNames(name)
    NamedSemaphore.create(response.full, 0).close()
    writeFileSync(`/dev/shm/${request.memory}`, Buffer.alloc(100))
    const channel = await claimChannel(name, 4096, 'when-dead')
    expect(filesOf(name)).toHaveLength(6)
    await channel.release()
  })

  it.each(['when-dead', 'never'] as const)('leaves what a living server uses: %s', async (takeOver) => {
    const name = bridgeName()
    created(name)
    await expect(claimChannel(name, 4096, takeOver)).rejects.toMatchObject({ code: ErrorCode.pathInUse })
    expect(filesOf(name)).toHaveLength(6)
  })

  it('leaves what only a client uses, and takes it all the same when told to', async () => {
    const name = bridgeName()
    const old = created(name)
    const client = opened(name)
    await old.request.release()
    await expect(claimChannel(name, 4096, 'when-dead')).rejects.toThrow(`have it open: ${process.pid}`)
    const channel = await claimChannel(name, 4096, 'always')
    expect(client.request.hasName).toBe(false)
    await channel.release()
  })

  it('waits its turn where another server is being made', async () => {
    const name = bridgeName()
    const lock = lockDirectory('/dev/shm')
    const claim = claimChannel(name, 4096, 'when-dead')
    setTimeout(() => lock?.close(), 50)
    await (await claim).release()
  })

  it('lets one of two servers have the name that start at once', async () => {
    const name = bridgeName()
    const claims = await Promise.allSettled([1, 2].map(() => claimChannel(name, 4096, 'when-dead')))
    expect(claims.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    for (const claim of claims) if (claim.status === 'fulfilled') await claim.value.release()
  })
})

describe('BridgeAttachment', () => {
  const options = { waitForListenerMs: 0, allowOtherClients: false }

  it('waits for a server that is not there yet', async () => {
    const name = bridgeName()
    await expect(BridgeAttachment.attach(name, options)).rejects.toMatchObject({ code: ErrorCode.noListener })
    const attaching = BridgeAttachment.attach(name, { ...options, waitForListenerMs: 10_000 })
    await new Promise((resolve) => setTimeout(resolve, 50))
    const server = created(name)
    const attachment = await attaching
    expect([attachment.users, attachment.hasNativeServer, attachment.look()]).toEqual([[process.pid], true, 'open'])
    server.removeNames()
    expect(attachment.look()).toBe('peer-closed')
    await attachment.release()
  })

  it('gives up blocking when its time is over', () => {
    expect(() => BridgeAttachment.attachSync(bridgeName(), { ...options, waitForListenerMs: 30 })).toThrow(
      /nobody made it/,
    )
  })
})
