import { describe } from 'vitest'
import type { AvailablePeer, PeerProgram } from './peer.js'

const absent: PeerProgram = { name: 'absent', file: '', arguments: [] }

/** Tests against a foreign peer; where it is missing they are skipped, and what to install is printed. */
export function describePeer(available: AvailablePeer, title: string, tests: (program: PeerProgram) => void): void {
  const missing = 'missing' in available ? available.missing : undefined
  if (missing !== undefined) console.warn(`skipped: ${title}: ${missing}`)
  const program = 'program' in available ? available.program : absent
  describe.skipIf(missing !== undefined)(missing === undefined ? title : `${title} (${missing})`, () => tests(program))
}
