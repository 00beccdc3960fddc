import { describe, expect, it } from 'vitest'
import { SystemCallError, UnsupportedPlatformError } from '../../../ffi/index.js'
import { ErrorCode, RingwayError } from '../../../src/errors.js'
import { errnoName, orFail, systemFailure } from '../../../src/transport/system-failure.js'

describe('a failed system call', () => {
  it.each([
    [13, 'ERR_RINGWAY_PERMISSION'],
    [1, 'ERR_RINGWAY_PERMISSION'],
    [98, 'ERR_RINGWAY_PATH_IN_USE'],
    [36, 'ERR_RINGWAY_PATH_TOO_LONG'],
    [12, 'ERR_RINGWAY_OUT_OF_MEMORY'],
    [28, 'ERR_RINGWAY_OUT_OF_MEMORY'],
    [24, 'ERR_RINGWAY_SYSTEM'],
  ])('with errno %i becomes %s', (errno, code) => {
    const cause = new SystemCallError('mmap', errno)
    expect(systemFailure(cause, 'map 4096 bytes')).toMatchObject({
      code,
      message: `Could not map 4096 bytes: mmap failed with ${cause.code}`,
      cause,
    })
  })

  it('becomes what the caller says', () => {
    const failure = systemFailure(new SystemCallError('fcntl', 22), 'read the seals', ErrorCode.unsafeMemory)
    expect(failure).toMatchObject({ code: 'ERR_RINGWAY_UNSAFE_MEMORY' })
  })

  it("of Node's own functions is one too", () => {
    const failure = () => orFail('go there', () => process.chdir('/nowhere/at/all'))
    expect(failure).toThrow(
      expect.objectContaining({ code: 'ERR_RINGWAY_SYSTEM', message: expect.stringContaining('ENOENT') }),
    )
  })

  it('is known by its name', () => {
    expect(errnoName(new SystemCallError('connect', 111))).toBe('ECONNREFUSED')
    expect(errnoName(new Error('other'))).toBeUndefined()
    expect(errnoName('text')).toBeUndefined()
  })
})

describe('another failure', () => {
  it('is left as it is', () => {
    for (const error of [new TypeError('bug'), 'text', undefined, new RingwayError(ErrorCode.busy, 'busy')]) {
      expect(systemFailure(error, 'do it')).toBe(error)
    }
  })

  it('of a platform without FFI becomes ERR_RINGWAY_UNSUPPORTED with its reason', () => {
    expect(systemFailure(new UnsupportedPlatformError('no koffi here'), 'listen')).toMatchObject({
      code: 'ERR_RINGWAY_UNSUPPORTED',
      message: 'Could not listen: no koffi here',
    })
  })
})
