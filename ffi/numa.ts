import { MPOL_BIND, MPOL_MF_MOVE, SYS_mbind } from './libc/constants.js'
import { numa } from './libc/numa.js'
import { failureOf } from './system-call-error.js'

const maxNodes = 1024

/** @throws SystemCallError; RangeError for what cannot be the number of a node */
export function bindToNode(address: bigint, lengthBytes: number, node: number): void {
  if (!Number.isInteger(node) || node < 0 || node >= maxNodes) {
    throw new RangeError(`a NUMA node is a number from 0 to ${maxNodes - 1}, not ${node}`)
  }
  const nodeMask = new Uint8Array(maxNodes / 8)
  nodeMask[node >> 3] = 1 << (node & 7)
  // The kernel takes one bit less than it is told.
  if (numa().mbind(SYS_mbind, address, lengthBytes, MPOL_BIND, nodeMask, maxNodes + 1, MPOL_MF_MOVE) === -1) {
    throw failureOf('mbind', `to NUMA node ${node}`)
  }
}
