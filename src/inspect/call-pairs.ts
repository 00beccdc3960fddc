import type { Role } from '../transport/lane-role.js'

/** What of a ring tells whether another one belongs to it. */
export interface PairableRing {
  readonly label: string
  readonly inode: number
  /** The processes at its ends. */
  readonly pids: readonly number[]
  readonly listenerRole: Role | undefined
}

export type RingKind = 'bus' | 'calls' | 'replies'

/** Two memfds made one after the other are numbered so, unless another processor made some meanwhile. */
const nearestInodes = 8

/**
 * Which rings carry calls, and which the replies. Nothing in memory says so. An RPC listener makes two rings in a row,
 * under one label, for one peer, and is consumer in the first and producer in the second; two such rings are taken for
 * calls. Where a path is used for one bus after another between the same two processes, the guess may be wrong.
 */
export function ringKinds<Ring extends PairableRing>(rings: readonly Ring[]): Map<Ring, RingKind> {
  const kinds = new Map<Ring, RingKind>(rings.map((ring) => [ring, 'bus']))
  const inOrder = [...rings].sort((one, other) => one.inode - other.inode)
  const open = [...inOrder]
  for (let first = open.shift(); first !== undefined; first = open.shift()) {
    const calls = first
    const at = open.findIndex((replies) => arePair(calls, replies))
    const replies = open[at]
    if (replies === undefined) continue
    open.splice(at, 1)
    kinds.set(calls, 'calls')
    kinds.set(replies, 'replies')
  }
  return kinds
}

function arePair(calls: PairableRing, replies: PairableRing): boolean {
  if (calls.label !== replies.label || replies.inode - calls.inode > nearestInodes) return false
  if (calls.pids.join() !== replies.pids.join()) return false
  const roles = `${calls.listenerRole} ${replies.listenerRole}`
  // A stock listener marks neither. It accepts one connection at its path, so the same path twice is two rings of one.
  return roles === 'consumer producer' || roles === 'undefined undefined'
}
