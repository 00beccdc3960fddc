import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A folder of the test's own, removed with all that is in it when the test ends. */
export function socketFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ringway-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export function socketPath(): string {
  return join(socketFolder(), 'socket')
}
