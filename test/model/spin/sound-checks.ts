import type { Check } from './check.js'

const blocked = ['CONSUMER_FUTEX', 'PRODUCER_FUTEX']
const inLoops = ['CONSUMER_DOORBELL', 'PRODUCER_DOORBELL']
const anyForm = ['RECEIVES_COPIES', 'RECEIVES_BATCHES', 'CONSUMES']
const stockProducer = ['STOCK_PRODUCER', 'PRODUCER_POLLS', 'CONSUMER_BEFORE_STOCK', 'RECEIVES_COPIES']
const stockConsumer = ['STOCK_CONSUMER', 'PRODUCER_POLLS', 'RECEIVES_COPIES', 'LONGEST=1', 'RECORDS=2']

/** The model as the code is: each of these is searched to its end, and finds nothing. */
export const soundChecks: readonly Check[] = [
  ring('blocked-threads', 'both sides block, six records', ['MESSAGES=6', ...blocked, 'RECEIVES_COPIES']),
  ring('event-loops', 'both sides sleep in event loops; waits are given up, bells pile up', [
    ...['MESSAGES=4', ...inLoops, 'RECEIVES_COPIES', 'SURPRISES=2', 'BELLS=2'],
  ]),
  ring('either', 'each sleep blocks or does not; one slice ends', [
    ...['MESSAGES=4', ...blocked, ...inLoops, 'RECEIVES_COPIES', 'SURPRISES=1'],
  ]),
  ring('every-form', 'copies, held batches and consume() by turns', ['MESSAGES=4', ...blocked, ...anyForm]),
  ring('corked', 'a corked producer over a larger ring', [
    ...['MESSAGES=5', 'CORKED', 'CAPACITY=8', 'LONGEST=2', 'START=13', ...blocked, 'RECEIVES_COPIES'],
  ]),
  ring('pure-spin', 'a consumer that never sleeps', [
    ...['MESSAGES=6', 'PURE_SPIN', 'CONSUMER_SPINS', 'PRODUCER_FUTEX', 'RECEIVES_COPIES'],
  ]),
  ring('turns-to-spin', 'a consumer that has slept and then never does again', [
    ...['MESSAGES=4', 'TURNS_TO_SPIN', 'CONSUMER_SPINS', ...blocked, 'RECEIVES_COPIES'],
  ]),
  ring('death', 'either side stops for ever, at any step', [
    ...['MESSAGES=3', 'DEATH', ...blocked, ...inLoops, 'RECEIVES_COPIES'],
  ]),
  ring('fatal', 'the producer declares the ring corrupt', [
    ...['MESSAGES=4', 'FATAL', ...blocked, ...inLoops, 'RECEIVES_COPIES'],
  ]),
  ring('comes-to-an-end', 'no run goes on for ever', [
    ...['MESSAGES=3', 'ENDLESS_RUNS', ...blocked, ...inLoops, 'RECEIVES_COPIES', 'SURPRISES=1'],
  ]),
  ring('stock-producer', 'before a stock producer: futex_waitv', ['MESSAGES=6', ...stockProducer]),
  ring('stock-consumer', 'before a stock consumer, with positions of two halves', ['MESSAGES=6', ...stockConsumer]),
  arm64('blocked-threads', 'both sides block', ['MESSAGES=3', ...blocked, 'RECEIVES_COPIES']),
  arm64('event-loops', 'both sides sleep in event loops; one wait is given up', [
    ...['MESSAGES=2', ...inLoops, 'RECEIVES_COPIES', 'SURPRISES=1'],
  ]),
  arm64('every-form', 'copies, held batches and consume() by turns', ['MESSAGES=2', ...blocked, ...anyForm]),
  arm64('corked', 'a corked producer', ['MESSAGES=3', 'CORKED', 'QUARTER=2', ...blocked, 'RECEIVES_COPIES']),
  arm64('death', 'either side stops for ever, at any step', ['MESSAGES=2', 'DEATH', ...blocked, 'RECEIVES_COPIES']),
  arm64('stock-producer', 'before a stock producer', ['MESSAGES=3', ...stockProducer]),
  arm64('stock-consumer', 'before a stock consumer', ['MESSAGES=3', ...stockConsumer]),
  other('watcher', 'watcher-one-ring', 'the watcher thread, one ring; two waits are given up', [
    ...['RINGS=1', 'MESSAGES=3', 'ABORTS=2'],
  ]),
  other('watcher', 'watcher-two-rings', 'the watcher thread, two rings', ['RINGS=2', 'MESSAGES=2', 'ABORTS=1']),
  other('ending', 'ending', 'a process ends, and terminates the watcher thread', []),
  other('threads', 'threads', 'Atomics.wait and waitAsync; the peer leaves', ['MESSAGES=3', 'ABORTS=2']),
]

function ring(name: string, what: string, defines: readonly string[]): Check {
  return { name, what, model: 'ring', memory: 'x64', defines, expected: 'nothing' }
}

function arm64(name: string, what: string, defines: readonly string[]): Check {
  return { name: `arm64-${name}`, what, model: 'ring', memory: 'arm64', defines, expected: 'nothing' }
}

function other(model: Exclude<Check['model'], 'ring'>, name: string, what: string, defines: readonly string[]): Check {
  return { name, what, model, memory: 'any', defines, expected: 'nothing' }
}
