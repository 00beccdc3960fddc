import { constants } from 'node:os'
import { getSystemErrorMap } from 'node:util'
import { errno as lastErrno } from './libc/library.js'

let namesByErrno: Map<number, string> | undefined

/** Names that libuv does not know but the system's headers do, such as EMULTIHOP. */
function headerName(errno: number): string | undefined {
  namesByErrno ??= new Map(Object.entries(constants.errno).map(([name, value]) => [value, name]))
  return namesByErrno.get(errno)
}

function describe(errno: number): { code: string; meaning: string } {
  const known = getSystemErrorMap().get(-errno)
  if (known !== undefined) return { code: known[0], meaning: `, ${known[1]}` }
  return { code: headerName(errno) ?? `ERRNO_${errno}`, meaning: '' }
}

/** A system call that failed. The only shape in which errno leaves this folder. */
export class SystemCallError extends Error {
  override readonly name = 'SystemCallError'
  readonly syscall: string
  readonly errno: number
  /** The symbolic name of `errno`: `EAGAIN`, `ENOENT` … */
  readonly code: string

  /** @param subject what the call was about (a path, a size), for the message */
  constructor(syscall: string, errno: number, subject?: string) {
    const { code, meaning } = describe(errno)
    super(`${syscall}${subject === undefined ? '' : ` ${subject}`} failed: ${code} (${errno}${meaning})`)
    this.syscall = syscall
    this.errno = errno
    this.code = code
  }
}

/** What the call that has just returned -1 failed of. Nothing else may be called between that call and this one. */
export function failureOf(syscall: string, subject?: string): SystemCallError {
  return new SystemCallError(syscall, lastErrno(), subject)
}
