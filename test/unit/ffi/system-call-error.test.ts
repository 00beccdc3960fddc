import { describe, expect, it } from 'vitest'
import { SystemCallError } from '../../../ffi/index.js'

describe('SystemCallError', () => {
  it('names the call, the number and its symbol', () => {
    const error = new SystemCallError('connect', 111, '/run/x.sock')
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({ name: 'SystemCallError', syscall: 'connect', errno: 111, code: 'ECONNREFUSED' })
    expect(error.message).toBe('connect /run/x.sock failed: ECONNREFUSED (111, connection refused)')
  })

  it('calls 11 EAGAIN, which has two names', () => {
    expect(new SystemCallError('send', 11).code).toBe('EAGAIN')
  })

  it('knows names that only the headers know', () => {
    expect(new SystemCallError('read', 72).code).toBe('EMULTIHOP')
  })

  it('shows the number of an error that nobody has named', () => {
    const error = new SystemCallError('read', 4000)
    expect(error.code).toBe('ERRNO_4000')
    expect(error.message).toBe('read failed: ERRNO_4000 (4000)')
  })
})
