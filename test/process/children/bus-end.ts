// One end of a bus, which does what its program says. Arguments: listen|connect, producer|consumer, path, program, and
// what the program needs. Prints a JSON line when its bus is there, and what the program finds.
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { Bus, type BusEnd, type ErrorCode, RingwayError } from '../../../src/index.js'
import { numbered, SequenceCheck } from '../../support/bus/numbered.js'

interface Arguments {
  readonly place: string
  readonly role: 'producer' | 'consumer'
  readonly path: string
  readonly program: string
  readonly parameter: string
}

const capacityBytes = 1 << 16

function print(line: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

function codeOf(error: unknown): ErrorCode | string {
  return error instanceof RingwayError ? error.code : String(error)
}

/** Everything until the stream ends, through one form. @returns how it ended: `undefined` or a code */
const receiveForms: Readonly<Record<string, (bus: Bus, check: SequenceCheck) => Promise<string>>> = {
  async recv(bus, check) {
    for await (const { data } of bus) check.take(data)
    return 'undefined'
  },
  async recvSync(bus, check) {
    for (const { data } of bus.messagesSync()) check.take(data)
    return 'undefined'
  },
  async recvZeroCopy(bus, check) {
    for (let guard = await bus.recvZeroCopy(); guard !== undefined; guard = await bus.recvZeroCopy()) {
      check.take(guard.bytes)
      guard.commit()
    }
    return 'undefined'
  },
  async drainBatch(bus, check) {
    for (let batch = await bus.drainBatch(64); batch !== undefined; batch = await bus.drainBatch(64)) {
      for (const record of batch) check.take(record.bytes)
      batch.commit()
    }
    return 'undefined'
  },
  async tryRecv(bus, check) {
    for (;;) {
      const message = bus.tryRecv()
      if (message !== undefined) check.take(message.data)
    }
  },
  async consume(bus, check) {
    const handler = (view: DataView, offset: number) => check.takeNumber(view.getUint32(offset, true))
    for (;;) bus.consume(handler)
  },
}

/** Numbered messages until the bus ends. */
const sendForms: Readonly<Record<string, (bus: Bus) => Promise<never>>> = {
  async send(bus) {
    for (let index = 0; ; index++) await bus.send(numbered(index))
  },
  async sendSync(bus) {
    for (let index = 0; ; index++) bus.sendSync(numbered(index))
  },
  async sendZeroCopy(bus) {
    for (let index = 0; ; index++) {
      const guard = await bus.sendZeroCopy(4)
      guard.view.setUint32(0, index, true)
      guard.commit()
    }
  },
  async trySend(bus) {
    for (let index = 0; ; ) if (bus.trySend(numbered(index))) index++
  },
}

async function run(bus: Bus, { program, parameter }: Arguments): Promise<void> {
  switch (program) {
    case 'receive': {
      const check = new SequenceCheck()
      const outcome = await (receiveForms[parameter] as (typeof receiveForms)[string])(bus, check).catch(codeOf)
      const { kind } = await bus.closed
      print({ outcome, kind, count: check.count, firstWrong: check.firstWrong, atMs: Date.now() })
      return
    }
    case 'send': {
      const outcome = await (sendForms[parameter] as (typeof sendForms)[string])(bus).catch(codeOf)
      print({ outcome, kind: (await bus.closed).kind, atMs: Date.now() })
      return
    }
    case 'publish-and-hang': {
      for (let index = 0; index < Number(parameter); index++) bus.sendSync(numbered(index))
      print({ published: Number(parameter) })
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
      return
    }
    case 'publish-and-close': {
      for (let index = 0; index < Number(parameter); index++) bus.sendSync(numbered(index))
      return
    }
    case 'hang':
      await new Promise((resolve) => process.stdin.once('data', resolve))
      return
    case 'wait-for-end': {
      const end: BusEnd = await keepingAlive(bus.closed)
      print({ kind: end.kind })
      return
    }
    default:
      throw new Error(`no program ${program}`)
  }
}

async function keepingAlive<T>(promise: Promise<T>): Promise<T> {
  const timer = setInterval(() => undefined, 1000)
  try {
    return await promise
  } finally {
    clearInterval(timer)
  }
}

async function open({ place, role, path }: Arguments): Promise<Bus> {
  if (place === 'connect') return await Bus.connect(path, { role, waitForListenerMs: 20_000 })
  return await Bus.listen(path, capacityBytes, { role, onListening: () => print({ listening: true }) })
}

if (isMainThread) {
  const [place = '', role = '', path = '', program = '', parameter = ''] = process.argv.slice(2)
  const given = { place, role, path, program, parameter } as Arguments
  if (program === 'terminate-worker') {
    // A worker of ours waits on the bus, and is ended in the middle of it.
    const worker = new Worker(new URL(import.meta.url), { workerData: { ...given, program: 'receive' } })
    worker.once('message', async () => {
      await new Promise((resolve) => setTimeout(resolve, 60))
      print({ exitCode: await worker.terminate() })
    })
  } else if (program === 'two-workers') {
    // Both ends of one bus in this process, each in a thread of its own.
    const [receiveForm = '', count = ''] = parameter.split(',')
    const consumer = { ...given, place: 'listen', role: 'consumer', program: 'receive', parameter: receiveForm }
    const producer = { ...given, place: 'connect', role: 'producer', program: 'publish-and-close', parameter: count }
    for (const workerData of [consumer, producer]) new Worker(new URL(import.meta.url), { workerData })
  } else {
    const bus = await open(given)
    print({ open: true, pid: bus.peer.pid, native: bus.peer.native })
    await run(bus, given)
    bus.close()
  }
} else {
  const given = workerData as Arguments
  const bus = await open(given)
  parentPort?.postMessage('open')
  await run(bus, given)
  bus.close()
}
