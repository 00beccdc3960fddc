import { deserialize, serialize } from 'node:v8'
import { decodeUtf8 } from '../../../src/bus/message.js'
import { copyOf } from '../../../src/bus/rx-guard.js'
import { json, structured } from '../../../src/rpc/codecs.js'
import { cell, payloadOffset } from '../arena.js'
import type { Counts, Litmus, Role, Variant } from '../litmus.js'

const stop = -1
const roundsPerLook = 16
/** Both are all of these bytes: of one byte a character, of two, and of three. */
const textBytes = 6144
const texts = ['a', 'é', '€'].map((character) => {
  const bytes = Buffer.from(character)
  return Buffer.alloc(textBytes, bytes)
})
const shortestText = textBytes / 3

/** The same length as bytes, of other contents: a peer that changes one into the other makes all between of them. */
function variantsOf(encode: (value: unknown) => Uint8Array): Uint8Array[] {
  const values = [
    { list: Array.from({ length: 64 }, (_, at) => ({ at, text: 'long enough' })) },
    { text: 'a'.repeat(900), list: [1, 2, 3], deep: { deeper: ['b'.repeat(300)] } },
  ]
  return values.map((value) => encode(value))
}

interface Decoding {
  /** What the peer writes in turn, each of the payload's length or shorter. */
  readonly payloads: readonly Uint8Array[]
  /** @param shared the payload, in memory that is being written @returns whether what came out makes sense */
  readonly decode: (shared: Uint8Array) => boolean
}

/** All of these texts, and all mixtures of them, have so many characters: bytes that are no UTF-8 count as one each. */
function isPossible(text: string): boolean {
  return text.length >= shortestText && text.length <= textBytes && !text.includes('\0')
}

const decoder = new TextDecoder()
const jsonCodec = json()
const structuredCodec = structured()
const jsonPayloads = variantsOf((value) => Buffer.from(JSON.stringify(value)))
const structuredPayloads = variantsOf(serialize)

/** Peers may send anything: a decoder refuses it by throwing. */
function decodesTwice(decode: (bytes: Uint8Array) => unknown, shared: Uint8Array): boolean {
  const own = copyOf(shared)
  const first = outcomeOf(decode, own)
  return first === outcomeOf(decode, own)
}

function outcomeOf(decode: (bytes: Uint8Array) => unknown, own: Uint8Array): string {
  try {
    return JSON.stringify(decode(own)) ?? 'undefined'
  } catch (error) {
    return error instanceof Error ? error.name : 'thrown'
  }
}

const decodings: Readonly<Record<string, Decoding>> = {
  'text of a copy': {
    payloads: texts,
    decode: (shared) => {
      const own = copyOf(shared)
      const text = decodeUtf8(own)
      return isPossible(text) && decodeUtf8(own) === text
    },
  },
  'JSON of a copy': {
    payloads: jsonPayloads,
    decode: (shared) => decodesTwice((own) => jsonCodec.decode(own), shared),
  },
  'structured clone of a copy': {
    payloads: structuredPayloads,
    decode: (shared) => decodesTwice((own) => structuredCodec.decode(own), shared),
  },
  'TextDecoder in place': { payloads: texts, decode: (shared) => isPossible(decoder.decode(shared)) },
  'Buffer.toString in place': {
    payloads: texts,
    decode: ({ buffer, byteOffset, length }) => isPossible(Buffer.from(buffer, byteOffset, length).toString()),
  },
  'v8.deserialize in place': {
    payloads: structuredPayloads,
    decode: (shared) => {
      outcomeOf(deserialize, shared)
      return true
    },
  },
}

function decodingOf(variant: string): Decoding {
  const decoding = decodings[variant]
  if (decoding === undefined) throw new Error(`no decoding ${variant}`)
  return decoding
}

function lengthOf({ payloads }: Decoding): number {
  return Math.max(...payloads.map(({ length }) => length))
}

const reader: Role = ({ arena, budgetMs, variant }): Counts => {
  const decoding = decodingOf(variant)
  const shared = arena.bytes.subarray(payloadOffset, payloadOffset + lengthOf(decoding))
  while (Atomics.load(arena.words, cell.flag) === 0);
  const untilMs = performance.now() + budgetMs
  let sensible = 0
  let wrong = 0
  while (performance.now() < untilMs) {
    if (decoding.decode(shared)) sensible++
    else wrong++
  }
  Atomics.store(arena.words, cell.command, stop)
  return { sensible, wrong }
}

const scribbler: Role = ({ arena, variant }): Counts => {
  const { payloads } = decodingOf(variant)
  while (Atomics.load(arena.words, cell.command) !== stop) {
    for (let round = 0; round < roundsPerLook; round++) {
      for (const payload of payloads) arena.bytes.set(payload, payloadOffset)
    }
    Atomics.store(arena.words, cell.flag, 1)
  }
  return {}
}

const claim = { kind: 'claim', errors: ['wrong'], needs: ['sensible'], share: 0.8 } as const
/** May take the process with it: that is what it is there to show. */
const note = { kind: 'note', errors: ['wrong'], share: 0.8 } as const

export const decoding: Litmus = {
  name: 'decoding',
  claim: 'A copy may be decoded while the peer writes to the original; decoding the original may crash or lie',
  reliedOnIn: ['src/bus/rx-guard.ts', 'src/bus/message.ts', 'src/rpc/codecs.ts', 'src/rpc/frames.ts'],
  between: 'processes',
  roles: [reader, scribbler],
  variants: [
    { name: 'text of a copy', ...claim },
    { name: 'JSON of a copy', ...claim },
    { name: 'structured clone of a copy', ...claim },
    { name: 'TextDecoder in place', ...note },
    { name: 'Buffer.toString in place', ...note },
    { name: 'v8.deserialize in place', ...note },
  ] satisfies Variant[],
}
