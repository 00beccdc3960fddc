import { constants as fsConstants } from 'node:fs'
import { constants as osConstants } from 'node:os'
import { describe, expect, it } from 'vitest'
import * as constants from '../../../../ffi/libc/constants.js'

describe('numbersOf', () => {
  it('knows what differs between the two architectures', () => {
    expect(constants.numbersOf('x64')).toEqual({
      SYS_futex: 202,
      SYS_mbind: 237,
      O_DIRECTORY: 0o200000,
    })
    expect(constants.numbersOf('arm64')).toEqual({
      SYS_futex: 98,
      SYS_mbind: 235,
      O_DIRECTORY: 0o40000,
    })
  })
})

describe('the numbers of this architecture', () => {
  it('are those that Node was built with, where Node knows them', () => {
    const known: Record<string, number> = { ...osConstants.errno, ...fsConstants }
    const shared = Object.entries(constants).filter(([name]) => name in known)
    expect(shared.length).toBeGreaterThan(18)
    for (const [name, value] of shared) expect({ [name]: value }).toEqual({ [name]: known[name] })
  })
})
