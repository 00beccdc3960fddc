import type { AvailablePeer, PeerProgram } from './available-peer.js'
import { type Child, type ChildOptions, spawnProgram } from './child.js'

export type { AvailablePeer, PeerProgram }

export type Place = 'listen' | 'connect'
export type Role = 'produce' | 'consume'

/** Options of a peer's command line by name: `{ flushEvery: 5, hold: true }` is `--flush-every 5 --hold`. */
export type PeerOptions = Readonly<Record<string, string | number | boolean>>

/** What a peer prints last. A consumer fills all of it, a producer the first three. */
export interface PeerResult {
  readonly messages: number
  readonly bytes: number
  readonly hash: string
  /** Index of the first message that is not what was expected; -1: none. */
  readonly firstWrong: number
  readonly sleeps: number
  readonly longSleeps: number
  readonly longestSleepMs: number
  /** From the stand-in peer alone: sleeps that nobody ended within their 200 ms, although a message was there. */
  readonly lostWakes?: number
  readonly lateMessages: number
  readonly latestMs: number
}

export function otherPlace(place: Place): Place {
  return place === 'listen' ? 'connect' : 'listen'
}

export function otherRole(role: Role): Role {
  return role === 'produce' ? 'consume' : 'produce'
}

/** On a user's machine a missing peer is a reason to skip; where `CI=true` it is a failure. */
export function unavailable(missing: string): AvailablePeer {
  if (process.env['CI'] === 'true') throw new Error(missing)
  return { missing }
}

function optionArguments(options: PeerOptions): string[] {
  return Object.entries(options).flatMap(([name, value]) => {
    if (value === false) return []
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
    return value === true ? [flag] : [flag, String(value)]
  })
}

export function peerArguments(place: Place, role: Role, path: string, options: PeerOptions): string[] {
  return [place, role, path, ...optionArguments(options)]
}

export function startPeer(
  program: PeerProgram,
  place: Place,
  role: Role,
  path: string,
  options: PeerOptions = {},
  childOptions: ChildOptions = {},
): Child {
  const args = [...program.arguments, ...peerArguments(place, role, path, options)]
  return spawnProgram(program.file, args, { watchdogMs: 100_000, ...childOptions })
}

/** The result of a peer that has ended well. */
export async function resultOf(child: Child): Promise<PeerResult> {
  const { code, signal, stdout, stderr } = await child.exited
  const last = stdout.trimEnd().split('\n').at(-1) ?? ''
  if (code !== 0 || !last.startsWith('{"messages"')) {
    throw new Error(`the peer failed (code ${code}, signal ${signal}): ${stdout}${stderr}`)
  }
  return JSON.parse(last) as PeerResult
}

/** The result of a peer that lives on (`--hold`) until its input ends. */
export async function heldResultOf(child: Child): Promise<PeerResult> {
  return JSON.parse(await child.line(/^\{"messages"/)) as PeerResult
}
