import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { AvailablePeer } from './available-peer.js'

/**
 * The real Tachyon of PyPI, where it is installed.
 * @param root the project's folder
 */
export function tachyonIn(root: string): AvailablePeer {
  const python = join(root, '.peers', 'tachyon', 'venv', 'bin', 'python')
  if (!existsSync(python)) return { missing: 'the real Tachyon is not installed: run .ci/install-tachyon' }
  const driver = join(root, 'test', 'support', 'tachyon', 'peer.py')
  return { program: { name: 'tachyon (Python)', file: python, arguments: [driver] } }
}
