import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { createNamedMemory, createSealedMemfd, MemoryMapping, unlinkNamedMemory } from '../../../ffi/index.js'
import { Bus } from '../../../src/index.js'
import { BusSurvey } from '../../../src/inspect/bus-survey.js'
import { formatRing } from '../../../src/ring/arena-header.js'
import { STATE_FATAL, STATE_OFFSET } from '../../../src/ring/ring-descriptor.js'
import { RpcBus } from '../../../src/rpc.js'
import { mappedRanges, openDescriptors } from '../../support/process-resources.js'
import { temporaryPath } from '../../support/temporary-path.js'

const capacityBytes = 1 << 16
const open: Disposable[] = []
afterEach(() => {
  for (const owner of open.splice(0).reverse()) owner[Symbol.dispose]()
})
function owned<Owner extends Disposable>(owner: Owner): Owner {
  open.push(owner)
  return owner
}

async function pair() {
  const path = temporaryPath()
  const listening = Bus.listen(path, capacityBytes)
  const producer = owned(await Bus.connect(path, { waitForListenerMs: 20_000 }))
  return { path, producer, consumer: owned(await listening) }
}

const lengthBytes = 768 + capacityBytes

/** A ring in this memory, of which we are the one user. */
function ringIn(memory: ReturnType<typeof createSealedMemfd>) {
  owned(memory)
  const { buffer } = owned(MemoryMapping.map(memory.fd, lengthBytes))
  const words = new Int32Array(buffer)
  formatRing(words, capacityBytes)
  return { words, bytes: new Uint8Array(buffer) }
}

async function rowsOf(survey: BusSurvey, path: string) {
  return (await survey.look()).filter(({ name }) => name === path)
}

/** What a survey has mapped of a ring. Other programs of this machine have rings too, which are no business of a test. */
const looks = (path: string) =>
  mappedRanges().filter(({ access, file }) => access === 'r--s' && file === `/memfd:${path} (deleted)`)

describe('a survey', () => {
  it('finds a ring, who is at its ends, how full it is, and how fast it goes', async () => {
    const { path, producer, consumer } = await pair()
    const survey = owned(new BusSurvey())
    await rowsOf(survey, path)
    producer.trySend(Buffer.alloc(64))
    producer.trySend(Buffer.alloc(64))
    consumer.tryRecv()
    const [row, ...others] = await rowsOf(survey, path)
    expect(others).toEqual([])
    expect(row).toMatchObject({
      kind: 'bus',
      producer: { pid: process.pid, native: true },
      consumer: { pid: process.pid, native: true },
      listenerPid: process.pid,
      rolesFrom: 'marker',
      capacityBytes,
      state: 'open',
      producerState: 'awake',
      consumerState: 'awake',
      finding: null,
    })
    expect(row?.usedBytes).toBeGreaterThanOrEqual(128)
    expect(row?.producedBytesPerSecond).toBeGreaterThan(0)
    expect(row?.idleMs).toBe(0)
  })

  it('tells who sleeps, and how', async () => {
    const { path, consumer } = await pair()
    const received = consumer.recv().catch(() => undefined)
    const survey = owned(new BusSurvey())
    await expect.poll(async () => (await rowsOf(survey, path))[0]?.consumerState).toBe('doorbell')
    consumer.close()
    await received
  })

  it('tells calls from replies', async () => {
    const path = temporaryPath()
    const listening = RpcBus.listen(path, capacityBytes, capacityBytes)
    owned(await RpcBus.connect(path, { waitForListenerMs: 20_000 }))
    owned(await listening)
    const rows = await rowsOf(owned(new BusSurvey()), path)
    expect(rows.map(({ kind }) => kind).sort()).toEqual(['calls', 'replies'])
  })

  it('changes not a byte of a ring, and could not: its mapping is read-only', async () => {
    const { bytes } = ringIn(createSealedMemfd('/tmp/whole.sock', lengthBytes))
    const before = bytes.slice()
    const survey = owned(new BusSurvey())
    for (let look = 0; look < 5; look++) {
      expect(await rowsOf(survey, '/tmp/whole.sock')).toMatchObject([{ access: 'mapped', state: 'alone' }])
    }
    expect(looks('/tmp/whole.sock')).toHaveLength(1)
    expect(Buffer.compare(bytes, before)).toBe(0)
  })

  it('maps no memory that its owner could take away, and reads the words instead', async () => {
    const name = `ringway-test-${process.pid}`
    onTestFinished(() => void unlinkNamedMemory(name))
    const { bytes } = ringIn(createNamedMemory(name, lengthBytes))
    const before = bytes.slice()
    const rows = await rowsOf(owned(new BusSurvey()), `/dev/shm/${name}`)
    expect(rows).toMatchObject([{ access: 'read', state: 'alone', capacityBytes, usedBytes: 0 }])
    expect(mappedRanges().filter(({ access, file }) => access === 'r--s' && file.includes(name))).toEqual([])
    expect(Buffer.compare(bytes, before)).toBe(0)
  })

  it('tells of a corrupt ring, and why', async () => {
    const { words } = ringIn(createSealedMemfd('/tmp/corrupt.sock', lengthBytes))
    words[STATE_OFFSET / 4] = STATE_FATAL
    const rows = await rowsOf(owned(new BusSurvey()), '/tmp/corrupt.sock')
    expect(rows).toMatchObject([{ state: 'corrupt', finding: expect.stringContaining('state is 4') }])
  })

  it('forgets a ring that is gone, and keeps neither its memory nor a descriptor', async () => {
    const before = openDescriptors()
    const { path, producer, consumer } = await pair()
    const survey = owned(new BusSurvey())
    expect(await rowsOf(survey, path)).toHaveLength(1)
    producer.close()
    consumer.close()
    await expect.poll(() => survey.look().then((rows) => rows.filter(({ name }) => name === path))).toEqual([])
    expect(looks(path)).toEqual([])
    await expect.poll(openDescriptors).toEqual(before)
  })

  it('gives everything back when it is closed', async () => {
    const { path } = await pair()
    const before = openDescriptors()
    const survey = new BusSurvey()
    expect(await rowsOf(survey, path)).toHaveLength(1)
    expect(openDescriptors()).toEqual(before)
    survey.close()
    expect(looks(path)).toEqual([])
  })

  it('leaves memory alone that looks like a ring from outside', async () => {
    using memory = createSealedMemfd('/tmp/no-ring.sock', lengthBytes)
    using mapping = MemoryMapping.map(memory.fd, lengthBytes)
    const survey = owned(new BusSurvey())
    expect(await rowsOf(survey, '/tmp/no-ring.sock')).toEqual([])
    expect(new Uint8Array(mapping.buffer).every((byte) => byte === 0)).toBe(true)
    expect(looks('/tmp/no-ring.sock')).toEqual([])
  })

  it('finds nothing in a folder that is no /proc', async () => {
    expect(await owned(new BusSurvey('/nowhere')).look()).toEqual([])
  })
})
