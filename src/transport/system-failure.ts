import { ErrorCode, RingwayError } from '../errors.js'

interface Failure extends Error {
  readonly code: string
  readonly syscall?: string
}

/** By shape, not by class: the error may come from Node itself or from another copy of this module. */
function isSystemFailure(error: unknown): error is Failure {
  if (!(error instanceof Error) || error instanceof RingwayError) return false
  const { code, syscall } = error as Partial<Failure>
  return typeof code === 'string' && typeof syscall === 'string'
}

/** The errno's name, 'ENOENT' and the like, of a failed system call; undefined for any other error. */
export function errnoName(error: unknown): string | undefined {
  return isSystemFailure(error) ? error.code : undefined
}

const codeByErrno: Readonly<Record<string, ErrorCode>> = {
  EACCES: ErrorCode.permission,
  EPERM: ErrorCode.permission,
  EADDRINUSE: ErrorCode.pathInUse,
  ENAMETOOLONG: ErrorCode.pathTooLong,
  ENOMEM: ErrorCode.outOfMemory,
  ENOSPC: ErrorCode.outOfMemory,
}

/**
 * What users see of a failure below us: a failed system call becomes a coded error that says what was being done;
 * anything else stays what it is.
 * @param doing how the message goes on after "Could not", with the numbers that matter
 * @param code instead of the one that the errno suggests
 */
export function systemFailure(error: unknown, doing: string, code?: ErrorCode): unknown {
  if (isSystemFailure(error)) {
    const suggested = code ?? codeByErrno[error.code] ?? ErrorCode.system
    return new RingwayError(suggested, `Could not ${doing}: ${error.syscall} failed with ${error.code}`, {
      cause: error,
    })
  }
  if (error instanceof Error && error.name === 'UnsupportedPlatformError') {
    return new RingwayError(ErrorCode.unsupported, `Could not ${doing}: ${error.message}`, { cause: error })
  }
  return error
}

/** Does `action`; a system call that fails in it is thrown as `systemFailure` says. */
export function orFail<Result>(doing: string, action: () => Result, code?: ErrorCode): Result {
  try {
    return action()
  } catch (error) {
    throw systemFailure(error, doing, code)
  }
}
