import { serialize } from 'node:v8'
import type { SeededRandom } from '../seeded-random.js'

const encoder = new TextEncoder()
const mostBytes = 60_000

const oddNumbers = [
  '1e999',
  '-0',
  '123456789012345678901234567890',
  '9007199254740993',
  '1E400',
  '-1e-400',
  '0.1e+0001',
]
const oddTexts = ['"\\ud800"', '"\\u0000"', '"__proto__"', '"constructor"', '""', '"\ufeff"', '"\\ud83d\\ude00"']
const oddObjects = [
  '{"__proto__":{"polluted":1}}',
  '{"constructor":{"prototype":{"polluted":1}}}',
  '{"toJSON":1,"then":1}',
  '{"a":1,"a":2}',
  '{"length":4294967295}',
  '[,]',
  '{',
  'nul',
  '1 2',
  '[1',
]

/** JSON as nobody means it: deep, wide, huge numbers, odd names, cut short, and no JSON at all. */
export function hostileJson(random: SeededRandom): Uint8Array {
  let text: string
  switch (random.below(9)) {
    case 0:
      // Rarely a bomb: it takes long to make.
      text = nested(random.oneIn(40) ? mostBytes / 2 : random.below(300), random.pick(['[', '{"a":']))
      break
    case 1:
      text = random.pick(oddNumbers)
      break
    case 2:
      text = random.pick(oddTexts)
      break
    case 3:
      text = random.pick(oddObjects)
      break
    case 4:
      text = `[${Array.from({ length: random.below(200) }, () => random.pick(oddNumbers)).join(',')}]`
      break
    case 5:
      return noise(random, random.below(80))
    case 6:
      text = JSON.stringify({ n: random.next(), items: [random.next(), 'text', null, { deep: [true] }] })
      break
    default:
      text = JSON.stringify(random.below(1000))
  }
  const bytes = encoder.encode(text)
  if (random.oneIn(4) && bytes.length > 0) bytes[random.below(bytes.length)] = random.next()
  return random.oneIn(6) ? bytes.subarray(0, random.below(bytes.length + 1)) : bytes
}

/** Well-formed half of the time; otherwise without its closing half. */
function nested(depth: number, opening: string): string {
  const closing = opening === '[' ? ']' : '}'
  return opening.repeat(depth) + (depth % 2 === 0 ? `0${closing.repeat(depth)}` : '')
}

const cyclic: Record<string, unknown> = { name: 'cycle' }
cyclic['self'] = cyclic
const withHoles: unknown[] = new Array(3)
withHoles[2] = 'holes'
const structures: readonly Uint8Array[] = [
  { a: 1, b: 'two', c: [3, null, undefined] },
  new Map<unknown, unknown>([
    ['key', new Set([1, 2])],
    [{}, []],
  ]),
  [1, 2.5, -0, 2n ** 70n, -1n],
  new Date(0),
  /pattern/giu,
  new Uint8Array([1, 2, 3, 4]),
  new Float64Array(4),
  new DataView(new ArrayBuffer(16), 4, 8),
  new ArrayBuffer(24),
  new Error('remote', { cause: new TypeError('inner') }),
  cyclic,
  withHoles,
  Object.assign([1, 2], { extra: 'property' }),
  new String('boxed'),
  Object(1n),
  'текст',
  Buffer.from('bytes'),
].map((value) => serialize(value))

/** What V8 serialises, with changes in it; and bytes that only begin like it. */
export function hostileStructure(random: SeededRandom): Uint8Array {
  if (random.oneIn(6)) {
    const bytes = noise(random, 2 + random.below(60))
    bytes.set([0xff, random.pick([0x0f, 0x0e, 0x0d, 0x00, 0xff])])
    return bytes
  }
  const source = random.pick(structures)
  const bytes = new Uint8Array(source.length + random.below(8))
  bytes.set(source)
  for (let changes = random.below(4); changes > 0; changes--) {
    const at = 1 + random.below(bytes.length - 1)
    switch (random.below(5)) {
      case 0:
        // Lengths are numbers of seven bits a byte: this is the largest.
        bytes.set([0xff, 0xff, 0xff, 0xff, 0x0f].slice(0, bytes.length - at), at)
        break
      case 1:
        bytes[at] = random.pick([...'oAaB^;{:mMsSrRVtTzZ"cNDynix#?'].map((tag) => tag.charCodeAt(0)))
        break
      case 2:
        bytes.copyWithin(at, random.below(bytes.length))
        break
      default:
        bytes[at] = random.next()
    }
  }
  return random.oneIn(5) ? bytes.subarray(0, random.below(bytes.length + 1)) : bytes
}

export function noise(random: SeededRandom, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length; at++) bytes[at] = random.next()
  return bytes
}

const names = [
  'echo',
  'structured',
  'slow',
  'count',
  'fail',
  '',
  '__proto__',
  'constructor',
  'toString',
  'échø',
  'e'.repeat(300),
]

/** The payload of a call by name: length, name, body; with lengths that lie and names that are no text. */
export function hostileNamedBody(random: SeededRandom): Uint8Array {
  const name = random.oneIn(10)
    ? noise(random, random.below(20))
    : encoder.encode(random.oneIn(3) ? random.pick(names) : random.pick(names.slice(0, 5)))
  const body = random.oneIn(3) ? hostileStructure(random) : hostileJson(random)
  const frame = new Uint8Array(2 + name.length + body.length)
  frame.set(name, 2)
  frame.set(body, 2 + name.length)
  const claimed = random.oneIn(8)
    ? random.pick([0, 1, 0xffff, frame.length - 2, frame.length - 1, frame.length])
    : name.length
  frame[0] = claimed
  frame[1] = claimed >>> 8
  return random.oneIn(12) ? frame.subarray(0, random.below(4)) : frame
}

const codes = [
  'ERR_RINGWAY_RPC_HANDLER_FAILED',
  'ERR_RINGWAY_RPC_UNKNOWN_TYPE',
  'ERR_RINGWAY_CORRUPT',
  'ERR_RINGWAY_RPC_NONE',
  '',
  7,
  null,
]

/** The payload of an error reply: its JSON with fields missing, of other types, and of names that mean something. */
export function hostileFailure(random: SeededRandom): Uint8Array {
  if (random.oneIn(4)) return hostileJson(random)
  const odd = () =>
    random.pick<unknown>([
      undefined,
      null,
      1,
      'text',
      [],
      {},
      { name: 1 },
      { name: 'E', message: [], code: {}, data: { __proto__: 1 } },
    ])
  const remote = random.oneIn(2)
    ? odd()
    : { name: 'TypeError', message: 'remote', code: odd(), data: odd(), stack: odd() }
  const bytes = encoder.encode(
    JSON.stringify({ code: random.pick<unknown>(codes), message: random.oneIn(3) ? odd() : 'said', remote }),
  )
  if (random.oneIn(5)) bytes[random.below(bytes.length)] = random.next()
  return bytes
}
