/** A check has found something, and has said so on stdout: the exit code is all that is left to say. */
export class ProblemsFound extends Error {
  override readonly name = 'ProblemsFound'
}
