import { describe, expect, it } from 'vitest'
import { type EndEvidence, type RingUser, ringEnds } from '../../../src/inspect/ring-ends.js'

const nothing = { holds: false, accepted: false }
const user = (pid: number, hasKoffi: boolean, hold: RingUser['hold'] = nothing): RingUser => ({
  facts: { pid, command: 'x', hasKoffi },
  hold,
})
const ends = (users: readonly RingUser[], evidence: Partial<EndEvidence> = {}) =>
  ringEnds({ users, listenerRole: undefined, roleByKind: undefined, sleeper: undefined, ...evidence })

const accepted = { holds: true, accepted: true }

describe('ringEnds', () => {
  it.each([
    ['consumer', { producer: 2, consumer: 1 }],
    ['producer', { producer: 1, consumer: 2 }],
  ] as const)('of two native peers follow the marker of who holds the socket: a %s', (listenerRole, roles) => {
    const found = ends([user(1, true, accepted), user(2, true)], { listenerRole })
    expect(found).toEqual({
      listener: 1,
      ...roles,
      rolesFrom: 'marker',
      listenerIsNative: true,
      connectorIsNative: true,
    })
  })

  it('of a native listener and a foreign connector: who has koffi listens', () => {
    expect(ends([user(1, false), user(2, true)], { listenerRole: 'consumer' })).toEqual({
      listener: 2,
      producer: 1,
      consumer: 2,
      rolesFrom: 'marker',
      listenerIsNative: true,
      connectorIsNative: false,
    })
  })

  it('of a foreign listener and a native connector: who has no koffi listens, and no role is known', () => {
    expect(ends([user(1, false), user(2, true)])).toMatchObject({
      listener: 1,
      producer: undefined,
      consumer: undefined,
      rolesFrom: 'nothing',
      connectorIsNative: true,
    })
  })

  it('of two foreign peers are known once the consumer sleeps', () => {
    const users = [user(1, false), user(2, false)]
    expect(ends(users)).toMatchObject({ listener: undefined, producer: undefined, rolesFrom: 'nothing' })
    expect(ends(users, { sleeper: 2 })).toMatchObject({ producer: 1, consumer: 2, rolesFrom: 'sleeper' })
  })

  it('of calls are known from who listens', () => {
    expect(ends([user(1, false), user(2, true)], { roleByKind: 'consumer' })).toMatchObject({
      producer: 2,
      consumer: 1,
      rolesFrom: 'calls',
    })
  })

  it('do not take a sleeper for what the marker denies', () => {
    const users = [user(1, true, accepted), user(2, true)]
    expect(ends(users, { listenerRole: 'consumer', sleeper: 2 })).toMatchObject({ consumer: 1 })
  })

  it('may be in one process', () => {
    expect(ends([user(1, true), user(1, true)], { listenerRole: 'consumer' })).toMatchObject({
      producer: 1,
      consumer: 1,
    })
  })

  it('may be one that is left', () => {
    expect(ends([user(1, true, accepted)], { listenerRole: 'consumer' })).toMatchObject({
      listener: 1,
      producer: undefined,
      consumer: 1,
    })
    expect(ends([user(1, true)], { listenerRole: 'consumer' })).toMatchObject({
      listener: undefined,
      consumer: undefined,
    })
  })

  it('are not guessed between two ringways whose sockets are not shown', () => {
    const found = ends([user(1, true, undefined), user(2, true, undefined)], { listenerRole: 'consumer' })
    expect(found).toMatchObject({ listener: undefined, producer: undefined, rolesFrom: 'nothing' })
  })
})
