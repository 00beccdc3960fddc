import type { Check, Outcome } from './check.js'

const small = ['MESSAGES=3', 'CONSUMER_FUTEX', 'PRODUCER_FUTEX', 'RECEIVES_COPIES']
const inLoops = ['CONSUMER_DOORBELL', 'PRODUCER_DOORBELL']
const stockProducer = ['MESSAGES=3', 'STOCK_PRODUCER', 'PRODUCER_POLLS', 'CONSUMER_BEFORE_STOCK', 'RECEIVES_COPIES']
const stockConsumer = ['MESSAGES=6', 'STOCK_CONSUMER', 'PRODUCER_POLLS', 'RECEIVES_COPIES', 'RECORDS=2']

/** The model with one thing broken: the search has to find it. `BREAK_X` is what the name says. */
export const brokenChecks: readonly Check[] = [
  x64('word-plain', 'the sleeper stores its word plainly: its look passes the store', 'deadlock', small),
  x64('head-plain', 'the waker stores its position plainly: its look passes the store', 'deadlock', small),
  x64('no-second-look', 'the sleeper does not look again after it has stored its word', 'deadlock', small),
  x64('word-not-cleared', 'the waker leaves the word as it is', 'deadlock', small),
  x64('plain-exchange', 'the waker clears the word whatever it is: a pure spin is erased', 'assertion', [
    ...['TURNS_TO_SPIN', 'CONSUMER_SPINS', ...small],
  ]),
  x64('head-before-record', 'the head is published before the record is written', 'assertion', small),
  x64('marker-last', 'the skip marker is written after the head is published', 'assertion', small),
  x64('tail-before-copy', 'the tail is published before the payload is read', 'assertion', small.with(0, 'MESSAGES=4')),
  x64('tail-guessed', 'the cached tail is taken for newer than it is', 'assertion', small.with(0, 'MESSAGES=4')),
  x64('end-seen-late', 'the end is looked for after the ring was found empty', 'assertion', [
    ...['DEATH', ...inLoops, ...small],
  ]),
  x64('state-not-looked-at', 'the sleeper does not look at the state', 'deadlock', ['FATAL', ...small]),
  x64('head-not-compared', 'before a stock producer, a futex on the word alone', 'deadlock', stockProducer),
  x64('head-compared-first', 'futex_waitv compares the head first, then the word', 'deadlock', stockProducer),
  x64('stock-fence', 'a stock consumer without its fence', 'deadlock', ['LONGEST=1', ...stockConsumer]),
  x64('halves-apart', 'a carry into the high half of a position is a store of its own', 'assertion', [
    ...['LONGEST=1', ...stockConsumer],
  ]),
  {
    ...x64('slots-too-long', 'slots too long for a consumer that publishes every so many records', 'deadlock', []),
    defines: ['LONGEST=2', ...stockConsumer],
  },
  { ...x64('second-look-plain', 'the second look is a plain load: right on x64', 'nothing', small) },
  { ...x64('word-look-plain', 'the look at the word is a plain load: right on x64', 'nothing', small) },
  arm64('second-look-plain', 'the second look is a plain load', 'deadlock', small),
  arm64('word-look-plain', 'the look at the word is a plain load', 'deadlock', small),
  arm64('head-plain', 'the head is stored plainly, and passes the record', 'assertion', small),
  arm64('tail-plain', 'the tail is stored plainly, and passes the reads', 'assertion', small),
  arm64('glance-trusted', 'a glance is not confirmed: the record is read as it was before', 'assertion', [
    ...['MESSAGES=2', 'CONSUMER_FUTEX', 'PRODUCER_FUTEX', 'CONSUMES'],
  ]),
  watcher('armed-by-main', 'armed on one thread, slept on by another, the word never cleared', 1),
  watcher('head-not-compared', 'the watcher sleeps on the word alone', 1),
  watcher('head-compared-first', 'the watcher compares the head first, then the word', 1),
  watcher('requests-not-compared', 'the watcher does not compare the count of requests', 2),
  watcher('sleeping-looked-at-first', 'a request looks at how the watcher sleeps, then counts itself', 1),
  {
    ...watcher('take-back-does-not-wait', 'taking back does not wait while the watcher touches the word', 1),
    expected: 'assertion',
  },
  watcher('wake-kept', 'the watcher keeps a wake that was meant for another sleeper', 1),
  watcher('last-wake-passed-on', 'of several wakes at once, the watcher passes on the one that it was told of', 1),
  ending('stop-looked-at-first', 'the thread looks whether it is to stop, then says that it calls', 'assertion'),
  ending('calling-looked-at-first', 'the process looks whether the thread calls, then tells it to stop', 'assertion'),
  ending('requests-read-late', 'the thread looks whether it is to stop, then reads the count of requests', 'deadlock'),
  ending('stop-not-requested', 'the thread is told to stop, and not woken', 'deadlock'),
  threads('seat-looked-at-first', 'the seat is looked at before the word is stored'),
  threads('words-left-alone', 'a peer that leaves does not look at the words'),
  threads('notify-one', 'one sleeper is notified, and a promise that nobody waits for swallows it'),
]

function flagOf(name: string): string {
  return `BREAK_${name.toUpperCase().replaceAll('-', '_')}`
}

function x64(name: string, what: string, expected: Outcome, defines: readonly string[]): Check {
  return { name, what, model: 'ring', memory: 'x64', defines: [flagOf(name), ...defines], expected }
}

function arm64(name: string, what: string, expected: Outcome, defines: readonly string[]): Check {
  return { ...x64(name, what, expected, defines), name: `arm64-${name}`, memory: 'arm64' }
}

function watcher(name: string, what: string, rings: number): Check {
  const defines = [flagOf(name), `RINGS=${rings}`, 'MESSAGES=2', 'ABORTS=1']
  return { name: `watcher-${name}`, what, model: 'watcher', memory: 'any', defines, expected: 'deadlock' }
}

function ending(name: string, what: string, expected: Outcome): Check {
  return { name: `ending-${name}`, what, model: 'ending', memory: 'any', defines: [flagOf(name)], expected }
}

function threads(name: string, what: string): Check {
  const defines = [flagOf(name), 'MESSAGES=2', 'ABORTS=2']
  return { name: `threads-${name}`, what, model: 'threads', memory: 'any', defines, expected: 'deadlock' }
}
