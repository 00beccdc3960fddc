import { assertType, describe, expectTypeOf, it } from 'vitest'
import {
  type Accepting,
  Bus,
  type BusConsumer,
  type BusEnd,
  type BusProducer,
  type Message,
  RingwayError,
} from '../../src/index.js'

const path = '/tmp/bus'
declare const consumer: BusConsumer
declare const producer: BusProducer

describe('the role', () => {
  it('is the consumer where a bus listens', () => {
    expectTypeOf(Bus.listen(path, 1 << 16)).resolves.toEqualTypeOf<BusConsumer>()
    expectTypeOf(Bus.listen(path, 1 << 16, { timeoutMs: 5 })).resolves.toEqualTypeOf<BusConsumer>()
    expectTypeOf(Bus.listen(path, 1 << 16, { role: 'consumer' })).resolves.toEqualTypeOf<BusConsumer>()
    expectTypeOf(Bus.listenSync(path, 1 << 16)).toEqualTypeOf<BusConsumer>()
    expectTypeOf(Bus.accept(path, 1 << 16)).toEqualTypeOf<Accepting<BusConsumer>>()
  })

  it('is the producer where a bus connects', () => {
    expectTypeOf(Bus.connect(path)).resolves.toEqualTypeOf<BusProducer>()
    expectTypeOf(Bus.connect(path, { waitForListenerMs: 5 })).resolves.toEqualTypeOf<BusProducer>()
    expectTypeOf(Bus.connect(path, { role: 'producer' })).resolves.toEqualTypeOf<BusProducer>()
    expectTypeOf(Bus.connectSync(path)).toEqualTypeOf<BusProducer>()
  })

  it('is the other one where the options say so', () => {
    expectTypeOf(Bus.listen(path, 1 << 16, { role: 'producer' })).resolves.toEqualTypeOf<BusProducer>()
    expectTypeOf(Bus.listenSync(path, 1 << 16, { role: 'producer' })).toEqualTypeOf<BusProducer>()
    expectTypeOf(Bus.accept(path, 1 << 16, { role: 'producer' })).toEqualTypeOf<Accepting<BusProducer>>()
    expectTypeOf(Bus.connect(path, { role: 'consumer' })).resolves.toEqualTypeOf<BusConsumer>()
    expectTypeOf(Bus.connectSync(path, { role: 'consumer' })).toEqualTypeOf<BusConsumer>()
  })

  it('is open where the program decides it as it runs', () => {
    const role = 'producer' as 'producer' | 'consumer'
    expectTypeOf(Bus.connect(path, { role })).resolves.toEqualTypeOf<Bus>()
    expectTypeOf(Bus.listen(path, 1 << 16, { role })).resolves.toEqualTypeOf<Bus>()
  })

  it('is one of two words', () => {
    // @ts-expect-error no such role
    void Bus.connect(path, { role: 'reader' })
  })

  it('can be told from the type', () => {
    expectTypeOf(consumer.role).toEqualTypeOf<'consumer'>()
    expectTypeOf(producer.role).toEqualTypeOf<'producer'>()
    const either = consumer as BusConsumer | BusProducer
    if (either.role === 'consumer') expectTypeOf(either).toEqualTypeOf<BusConsumer>()
    else expectTypeOf(either).toEqualTypeOf<BusProducer>()
  })
})

describe('a consumer', () => {
  it('has no way to send', () => {
    // @ts-expect-error a consumer cannot send
    consumer.trySend
    // @ts-expect-error a consumer cannot send
    consumer.send
    // @ts-expect-error a consumer cannot send
    consumer.sendSync
    // @ts-expect-error a consumer cannot send
    consumer.trySendZeroCopy
    // @ts-expect-error a consumer cannot send
    consumer.sendZeroCopy
    // @ts-expect-error a consumer cannot send
    consumer.sendZeroCopySync
    // @ts-expect-error a consumer has nothing to hold back
    consumer.cork
    // @ts-expect-error a consumer has nothing to hold back
    consumer.uncork
    // @ts-expect-error a consumer has nothing to hold back
    consumer.corked
    // @ts-expect-error a consumer has nothing to flush
    consumer.flush
  })

  it('stays one through ref and unref', () => {
    expectTypeOf(consumer.ref()).toEqualTypeOf<BusConsumer>()
    expectTypeOf(consumer.unref()).toEqualTypeOf<BusConsumer>()
  })

  it('receives messages, or undefined at the end', () => {
    expectTypeOf(consumer.recv()).resolves.toEqualTypeOf<Message | undefined>()
    expectTypeOf(consumer.recvSync()).toEqualTypeOf<Message | undefined>()
    expectTypeOf(consumer.tryRecv()).toEqualTypeOf<Message | undefined>()
  })

  it('can be iterated, and disposed of', () => {
    assertType<AsyncIterable<Message>>(consumer)
    assertType<Disposable>(consumer)
    assertType<AsyncDisposable>(consumer)
    expectTypeOf(consumer.messagesSync()).toExtend<Iterable<Message>>()
  })

  it('hands bytes to a handler that may return anything', () => {
    consumer.consume((view, offset, size, typeId) => {
      expectTypeOf(view).toEqualTypeOf<DataView>()
      expectTypeOf([offset, size, typeId]).toEqualTypeOf<number[]>()
      return 7
    })
  })
})

describe('a producer', () => {
  it('has no way to receive', () => {
    // @ts-expect-error a producer cannot receive
    producer.tryRecv
    // @ts-expect-error a producer cannot receive
    producer.recv
    // @ts-expect-error a producer cannot receive
    producer.recvSync
    // @ts-expect-error a producer cannot receive
    producer.tryRecvZeroCopy
    // @ts-expect-error a producer cannot receive
    producer.recvZeroCopy
    // @ts-expect-error a producer cannot receive
    producer.recvZeroCopySync
    // @ts-expect-error a producer cannot receive
    producer.tryDrainBatch
    // @ts-expect-error a producer cannot receive
    producer.drainBatch
    // @ts-expect-error a producer cannot receive
    producer.drainBatchSync
    // @ts-expect-error a producer cannot receive
    producer.consume
    // @ts-expect-error a producer cannot receive
    producer.messagesSync
    // @ts-expect-error a producer cannot be iterated
    producer[Symbol.asyncIterator]
  })

  it('stays one through ref and unref', () => {
    expectTypeOf(producer.ref()).toEqualTypeOf<BusProducer>()
    expectTypeOf(producer.unref()).toEqualTypeOf<BusProducer>()
  })

  it('sends any view and any buffer, and nothing else', () => {
    producer.trySend(new Uint8Array(1))
    producer.trySend(new Float64Array(1), 7)
    producer.trySend(new DataView(new ArrayBuffer(1)))
    producer.trySend(Buffer.alloc(1))
    producer.trySend(new ArrayBuffer(1))
    producer.trySend(new SharedArrayBuffer(1))
    // @ts-expect-error text has no bytes before it is encoded
    producer.trySend('text')
    // @ts-expect-error an array is no buffer
    producer.trySend([1, 2])
  })

  it('takes a signal in promise forms only', () => {
    const { signal } = new AbortController()
    void producer.send(new Uint8Array(1), 0, { signal, timeoutMs: 1 })
    // @ts-expect-error a blocked thread hears no signal
    producer.sendSync(new Uint8Array(1), 0, { signal })
  })
})

describe('the end of a bus', () => {
  it('has an error where it was not in good order, and only there', () => {
    const told = (end: BusEnd) => {
      if (end.kind === 'peer-dead' || end.kind === 'corrupt') expectTypeOf(end.error).toEqualTypeOf<RingwayError>()
      // @ts-expect-error an end in good order has no error
      else end.error
    }
    assertType<(end: BusEnd) => void>(told)
    expectTypeOf(consumer.closed).resolves.toEqualTypeOf<BusEnd>()
  })

  it('has a code that is one of a closed list', () => {
    const error = new RingwayError('ERR_RINGWAY_CLOSED', 'closed')
    // @ts-expect-error no such code
    assertType<boolean>(error.code === 'ERR_RINGWAY_NO_SUCH_CODE')
  })
})

describe('a Bus', () => {
  it('is made by its static methods only', () => {
    // @ts-expect-error the constructor is private
    new Bus()
  })
})
