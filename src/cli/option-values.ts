import { InvalidArgumentError } from 'commander'
import { parseByteSize } from './byte-size.js'

const largestTypeId = 0xffff_ffff
/** Timers take no more. */
const longestMs = 0x7fff_ffff

/** `--capacity`, `--chunk`: bytes from 1. Whether a ring takes them is the ring's to say. */
export function sizeOption(text: string): number {
  const bytes = parseByteSize(text)
  if (bytes === undefined || bytes === 0) throw new InvalidArgumentError('It is a size such as 4096, 64KiB or 1MiB.')
  return bytes
}

/** `--count`: from 1. */
export function countOption(text: string): number {
  return integer(text, 1, Number.MAX_SAFE_INTEGER, 'a number from 1')
}

/** `--concurrency`: handlers from 1. */
export function handlersOption(text: string): number {
  return integer(text, 1, Number.MAX_SAFE_INTEGER, 'a number of handlers from 1')
}

/** `--timeout`, `--wait`: milliseconds from 0. */
export function millisecondsOption(text: string): number {
  return integer(text, 0, longestMs, `a number of milliseconds from 0 to ${longestMs}`)
}

const shortestIntervalMs = 50

/** `--interval`: a walk through every process takes time, too. */
export function intervalOption(text: string): number {
  return integer(
    text,
    shortestIntervalMs,
    longestMs,
    `a number of milliseconds from ${shortestIntervalMs} to ${longestMs}`,
  )
}

/** `--type`: decimal, or hexadecimal after `0x`. */
export function typeIdOption(text: string): number {
  return integer(text, 0, largestTypeId, 'a number from 0 to 4294967295, or 0x0 to 0xffffffff')
}

const largestMsgType = 0xfffe

/** What `call` calls: a message type, decimal or hexadecimal after `0x`; anything else is a name. */
export function callTargetArgument(text: string): number | string {
  if (text === '') throw new InvalidArgumentError('It is a message type or the name of a method.')
  if (!/^(\d+|0x[\da-f]+)$/i.test(text)) return text
  return integer(text, 0, largestMsgType, `a message type from 0 to ${largestMsgType}, or 0x0 to 0xfffe`)
}

function integer(text: string, least: number, most: number, what: string): number {
  // Number() would take '', ' 1', '1e3' and '0b1' as well.
  const value = /^(\d+|0x[\da-f]+)$/i.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return value
  throw new InvalidArgumentError(`It is ${what}.`)
}
