import { lstatSync, readdirSync, unlinkSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { effectiveUserId, lockDirectory, probeUnixSocket } from '../../ffi/index.js'
import { type FileIdentity, isSameFile } from './file-identity.js'
import { maxPathBytes } from './socket-path.js'
import { orFail } from './system-failure.js'

/** Sockets are made with this mode; one that has another was made, or changed, by somebody else. */
const socketMode = 0o600
/** In a folder only names that begin so are looked at: nobody else's sockets are any business of ours. */
const ownName = /^ringway/

/**
 * The socket at a path, if a listener that is dead now left it behind.
 * @throws `ERR_RINGWAY_PERMISSION`, `ERR_RINGWAY_SYSTEM`
 */
export function deadSocketAt(path: string): FileIdentity | undefined {
  const file = resolve(path)
  if (Buffer.byteLength(file) > maxPathBytes) return undefined
  const found = orFail(`look at ${path}`, () => lstatSync(file, { throwIfNoEntry: false }))
  if (found === undefined || !found.isSocket()) return undefined
  if (found.uid !== effectiveUserId() || (found.mode & 0o777) !== socketMode) return undefined
  return orFail(`find out who listens on ${path}`, () => probeUnixSocket(file)) === 'dead' ? found : undefined
}

/** The dead sockets in a folder that bear this library's name. @throws as `deadSocketAt` */
export function deadSocketsIn(folder: string): string[] {
  const names = orFail(`look into ${folder}`, () => readdirSync(folder)).filter((name) => ownName.test(name))
  return names.map((name) => join(folder, name)).filter((path) => deadSocketAt(path) !== undefined)
}

/**
 * Removes a dead socket, unless it has come to life, or the path been given to another, since it was found.
 * @returns whether it is removed
 * @throws as `deadSocketAt`
 */
export function removeDeadSocket(path: string, found: FileIdentity): boolean {
  const file = resolve(path)
  const lock = orFail(`lock the folder of ${basename(file)}`, () => lockDirectory(dirname(file)))
  if (lock === undefined) return false
  try {
    if (!isSameFile(deadSocketAt(file), found)) return false
    orFail(`remove the dead socket ${path}`, () => unlinkSync(file))
    return true
  } finally {
    lock.close()
  }
}
