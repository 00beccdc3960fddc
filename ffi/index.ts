/**
 * What this library needs of the kernel. Importing it works everywhere; the first use throws `UnsupportedPlatformError`
 * where the kernel cannot be reached. A failing call throws `SystemCallError`. Every descriptor is CLOEXEC.
 */
export { getAffinity, setAffinity, setThreadAffinity } from './affinity.js'
export { type ReceivedMessage, receiveWithDescriptors, sendWithDescriptors } from './ancillary.js'
export { lockDirectory } from './directory-lock.js'
export { effectiveUserId } from './effective-user.js'
export { FileDescriptor } from './file-descriptor.js'
export { fileEnd } from './file-end.js'
export { lockFile } from './file-lock.js'
export { type FutexEntry, futexWait, futexWaitv, futexWake, hasFutexWaitv } from './futex.js'
export { FutexWatcher, type FutexWatcherOptions, type WatchedRing } from './futex-watcher.js'
export { createSealedMemfd, fileLength, readSeals, SEAL_GROW, SEAL_SEAL, SEAL_SHRINK } from './memfd.js'
export { MemoryMapping } from './memory-mapping.js'
export { createNamedMemory, openNamedMemory, unlinkNamedMemory } from './named-memory.js'
export { NamedSemaphore, SEMAPHORE_BYTES, unlinkNamedSemaphore } from './named-semaphore.js'
export { pollReadable } from './poll.js'
export { hasPeerPidfd, ProcessHandle } from './process-handle.js'
export { SemaphoreWatch } from './semaphore-watch.js'
export { SystemCallError } from './system-call-error.js'
export {
  acceptUnix,
  connectUnix,
  listenUnix,
  type PeerCredentials,
  peerCredentials,
  probeUnixSocket,
  receiveNow,
  sendNow,
} from './unix-socket.js'
export { UnsupportedPlatformError } from './unsupported-platform-error.js'
export { yieldCpu } from './yield.js'
