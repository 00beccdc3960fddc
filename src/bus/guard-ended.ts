import { ErrorCode, RingwayError } from '../errors.js'

/**
 * What any use of a guard throws after its end.
 * @param guard name of its class
 * @param ending what ended it: `commit()`, `rollback()`, `close()`
 */
export function guardEnded(guard: string, ending: string): RingwayError {
  return new RingwayError(ErrorCode.guardEnded, `This ${guard} was ended by ${ending}`)
}
