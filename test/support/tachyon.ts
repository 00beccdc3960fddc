import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type AvailablePeer, unavailable } from './peer.js'
import { peersFolder } from './peers-folder.js'
import { tachyonIn } from './tachyon-program.js'

const folder = join(peersFolder, 'tachyon')

/** The real Tachyon of PyPI. */
export function tachyonInPython(): AvailablePeer {
  const peer = tachyonIn(join(import.meta.dirname, '..', '..'))
  return 'missing' in peer ? unavailable(peer.missing) : peer
}

/** The real Tachyon of PyPI at one end of an RPC bus: see the head of its program for the arguments. */
export function tachyonRpcInPython(): AvailablePeer {
  const available = tachyonInPython()
  if ('missing' in available) return available
  const { program } = available
  return { program: { ...program, arguments: [join(import.meta.dirname, 'tachyon', 'rpc-peer.py')] } }
}

/** The real Tachyon, its Rust package. */
export function tachyonInRust(): AvailablePeer {
  const file = join(folder, 'tachyon-peer')
  if (!existsSync(file)) {
    const missing = 'the real Tachyon in Rust is not built: install Rust 1.85 or later and run .ci/install-tachyon'
    // Without a Rust toolchain it cannot be had: Debian's is too old for it. The one in Python must do then.
    const hasRust = spawnSync('cargo', ['--version']).status === 0
    return hasRust ? unavailable(missing) : { missing }
  }
  return { program: { name: 'tachyon (Rust)', file, arguments: [] } }
}
