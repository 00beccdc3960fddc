import { ROLE_CONSUMER, ROLE_PRODUCER } from './handshake-descriptor.js'

/** One side's place at one ring. */
export type Role = 'producer' | 'consumer'

export function oppositeRole(role: Role): Role {
  return role === 'producer' ? 'consumer' : 'producer'
}

/** This side's place in each ring: calls and replies go opposite ways. */
export function rolesInLanes(firstRole: Role, lanes: number): readonly Role[] {
  return lanes === 1 ? [firstRole] : [firstRole, oppositeRole(firstRole)]
}

export function roleNumber(role: Role): number {
  return role === 'producer' ? ROLE_PRODUCER : ROLE_CONSUMER
}

/** @returns undefined for a number that stands for no role */
export function roleOf(number: number): Role | undefined {
  if (number === ROLE_PRODUCER) return 'producer'
  return number === ROLE_CONSUMER ? 'consumer' : undefined
}
