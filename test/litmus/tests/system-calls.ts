import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import {
  acceptUnix,
  connectUnix,
  createNamedMemory,
  createSealedMemfd,
  fileLength,
  futexWait,
  futexWake,
  getAffinity,
  hasFutexWaitv,
  listenUnix,
  lockDirectory,
  MemoryMapping,
  openNamedMemory,
  ProcessHandle,
  peerCredentials,
  pollReadable,
  probeUnixSocket,
  readSeals,
  receiveNow,
  receiveWithDescriptors,
  SEAL_GROW,
  SEAL_SEAL,
  SEAL_SHRINK,
  SystemCallError,
  sendNow,
  sendWithDescriptors,
  setAffinity,
  unlinkNamedMemory,
  yieldCpu,
} from '../../../ffi/index.js'
import type { Counts, Litmus, Role, Side } from '../litmus.js'

const memoryBytes = 65_536
const enosys = 38

/** What each call must do with the numbers that this processor's kernel knows. */
type Check = (side: Side) => boolean

const checks: Readonly<Record<string, Check>> = {
  'memfd, its length and its seals'() {
    using file = createSealedMemfd('litmus', memoryBytes)
    return fileLength(file.fd) === memoryBytes && readSeals(file.fd) === (SEAL_SHRINK | SEAL_GROW | SEAL_SEAL)
  },
  'mmap, shared, and MADV_POPULATE'() {
    using file = createSealedMemfd('litmus', memoryBytes)
    using first = MemoryMapping.map(file.fd, memoryBytes)
    using second = MemoryMapping.map(file.fd, memoryBytes, { readOnly: true })
    first.populate(0, memoryBytes)
    second.populate(0, memoryBytes)
    new Int32Array(first.buffer)[7] = 42
    return new Int32Array(second.buffer)[7] === 42 && first.address !== second.address
  },
  'mbind, or a kernel without nodes'() {
    using file = createSealedMemfd('litmus', memoryBytes)
    using mapping = MemoryMapping.map(file.fd, memoryBytes)
    try {
      mapping.bindToNumaNode(0)
      return true
    } catch (error) {
      return error instanceof SystemCallError && error.errno === enosys
    }
  },
  'named memory'({ folder }) {
    const name = `ringway-litmus-${folder.split('-').at(-1)}`
    using made = createNamedMemory(name, memoryBytes)
    try {
      using opened = openNamedMemory(name)
      return fileLength(made.fd) === memoryBytes && fileLength(opened.fd) === memoryBytes
    } finally {
      unlinkNamedMemory(name)
    }
  },
  'FUTEX_WAIT that times out, and that finds another value'({ arena }) {
    const address = arena.addressOf(0)
    futexWait(address, arena.words[0] as number, 1)
    futexWait(address, (arena.words[0] as number) + 1, 60_000)
    return futexWake(address, 1) === 0
  },
  'pidfd of a process'() {
    using own = ProcessHandle.open(process.pid)
    // Without pidfds the library does without, and asks the socket alone.
    return own === undefined || !own.exited()
  },
  'a lock on a directory'({ folder }) {
    const first = lockDirectory(folder)
    const second = lockDirectory(folder)
    first?.close()
    second?.close()
    return first !== undefined && second === undefined
  },
  'socket, poll, credentials, bytes and a descriptor across it'({ folder }) {
    const path = join(folder, 'socket')
    using listener = listenUnix(path, 4)
    if (probeUnixSocket(path) !== 'live') return false
    using connected = connectUnix(path)
    using accepted = pollReadable(listener.fd, 1000) ? acceptUnix(listener.fd) : undefined
    if (connected === undefined || accepted === undefined) return false
    rmSync(path)
    const { pid, uid } = peerCredentials(accepted.fd)
    using peer = ProcessHandle.ofSocketPeer(accepted.fd)
    return (
      pid === process.pid &&
      uid === process.getuid?.() &&
      peer?.exited() !== true &&
      exchange(connected.fd, accepted.fd)
    )
  },
  'processor affinity'() {
    const processors = getAffinity()
    setAffinity(processors)
    yieldCpu()
    return processors.length > 0 && readdirSync('/proc/self/task').length > 0
  },
}

function exchange(from: number, to: number): boolean {
  using file = createSealedMemfd('litmus-passed', memoryBytes)
  sendNow(from, Uint8Array.of(1, 2, 3))
  const plain = new Uint8Array(8)
  if (!pollReadable(to, 1000) || receiveNow(to, plain) !== 3 || plain[2] !== 3) return false
  sendWithDescriptors(from, Uint8Array.of(9), [file.fd])
  if (!pollReadable(to, 1000)) return false
  const received = receiveWithDescriptors(to, plain, 1)
  const descriptors = received?.descriptors ?? []
  const right = descriptors.length === 1 && fileLength(descriptors[0]?.fd ?? -1) === memoryBytes
  for (const descriptor of descriptors) descriptor.close()
  return right
}

function passes(check: Check, side: Side): boolean {
  try {
    return check(side)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
    return false
  }
}

const caller: Role = (side): Counts => {
  const counts: Record<string, number> = { right: 0, [hasFutexWaitv() ? 'futex_waitv' : 'no futex_waitv']: 1 }
  for (const [name, check] of Object.entries(checks)) {
    if (passes(check, side)) counts['right'] = (counts['right'] ?? 0) + 1
    else counts[`wrong: ${name}`] = 1
  }
  return counts
}

export const systemCalls: Litmus = {
  name: 'system calls',
  claim: 'Calls, numbers and structures of the kernel are those of this processor',
  reliedOnIn: ['ffi/libc/constants.ts', 'ffi/libc/structs.ts'],
  between: 'nobody',
  roles: [caller],
  variants: [
    {
      name: `${Object.keys(checks).length} calls`,
      kind: 'claim',
      errors: Object.keys(checks).map((name) => `wrong: ${name}`),
      needs: ['right'],
      atLeast: Object.keys(checks).length,
    },
  ],
}
