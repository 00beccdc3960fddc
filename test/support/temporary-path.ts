import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A path for a socket, in a folder of its own that goes when the test ends. */
export function temporaryPath(name = 'bus.sock'): string {
  const folder = mkdtempSync(join(tmpdir(), 'ringway-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, name)
}
