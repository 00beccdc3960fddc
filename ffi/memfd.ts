import { fstatSync } from 'node:fs'
import { FileDescriptor } from './file-descriptor.js'
import {
  EINVAL,
  F_ADD_SEALS,
  F_GET_SEALS,
  F_SEAL_GROW,
  F_SEAL_SEAL,
  F_SEAL_SHRINK,
  MFD_ALLOW_SEALING,
  MFD_CLOEXEC,
} from './libc/constants.js'
import { fcntl } from './libc/fcntl.js'
import { mman } from './libc/mman.js'
import { unistd } from './libc/unistd.js'
import { failureOf, SystemCallError } from './system-call-error.js'

/** No further seal can be added. */
export const SEAL_SEAL = F_SEAL_SEAL
/** The file cannot become shorter: reading a mapping of it cannot raise SIGBUS. */
export const SEAL_SHRINK = F_SEAL_SHRINK
/** The file cannot become longer. */
export const SEAL_GROW = F_SEAL_GROW

/** memfd_create refuses more. */
const maxLabelBytes = 249

/** The label as a C string, cut between characters to what the kernel takes. */
function labelBytes(label: string): Uint8Array {
  const bytes = new Uint8Array(maxLabelBytes + 1)
  // encodeInto never writes half a character, and leaves the zero at the end alone.
  new TextEncoder().encodeInto(label, bytes.subarray(0, maxLabelBytes))
  return bytes
}

/**
 * Shared memory without a name: zeros, mode 0600, of a length that nobody can change any more.
 * @param label what `/proc/<pid>/fd` and `/proc/<pid>/maps` show; need not be unique
 * @throws SystemCallError
 */
export function createSealedMemfd(label: string, lengthBytes: number): FileDescriptor {
  const fd = mman().memfd_create(labelBytes(label), MFD_CLOEXEC | MFD_ALLOW_SEALING)
  if (fd === -1) throw failureOf('memfd_create', label)
  const memory = new FileDescriptor(fd)
  try {
    if (unistd().ftruncate(fd, lengthBytes) === -1) throw failureOf('ftruncate', `to ${lengthBytes} bytes`)
    if (fcntl().fchmod(fd, 0o600) === -1) throw failureOf('fchmod')
    const seals = SEAL_SHRINK | SEAL_GROW | SEAL_SEAL
    if (fcntl().fcntl(fd, F_ADD_SEALS, seals) === -1) throw failureOf('fcntl', 'F_ADD_SEALS')
    return memory
  } catch (error) {
    memory.close()
    throw error
  }
}

/** @returns a set of `SEAL_…`. @throws SystemCallError EINVAL for a descriptor of something that cannot be sealed */
export function readSeals(fd: number): number {
  const seals = fcntl().fcntl(fd, F_GET_SEALS, 0)
  if (seals === -1) throw failureOf('fcntl', 'F_GET_SEALS')
  return seals
}

/** @throws SystemCallError */
export function fileLength(fd: number): number {
  try {
    return fstatSync(fd).size
  } catch (error) {
    // Node's own errors carry the errno negated; a bad argument carries none.
    const { errno } = error as NodeJS.ErrnoException
    throw new SystemCallError('fstat', errno === undefined ? EINVAL : -errno, `of ${fd}`)
  }
}
