/** Pretends to be somewhere else, imports the module, and tells what its first uses throw. */
import { createRequire } from 'node:module'
import { mappedRanges } from '../../../support/process-resources.js'

interface Pretence {
  readonly platform?: string
  readonly arch?: string
  readonly electron?: string
  readonly noExternalBuffers?: boolean
}

const { platform, arch, electron, noExternalBuffers } = JSON.parse(process.argv[2] ?? '{}') as Pretence
if (platform !== undefined) Object.defineProperty(process, 'platform', { value: platform })
if (arch !== undefined) Object.defineProperty(process, 'arch', { value: arch })
if (electron !== undefined) Object.defineProperty(process, 'versions', { value: { ...process.versions, electron } })
if (noExternalBuffers === true) {
  const koffi = createRequire(import.meta.url)('koffi') as { view: unknown }
  koffi.view = () => {
    throw new Error('External buffers are not allowed')
  }
}

const ffi = await import('../../../../ffi/index.js')

function thrownBy(use: () => unknown): { name: string; reason?: string } {
  try {
    use()
    return { name: 'nothing' }
  } catch (error) {
    return error as { name: string; reason?: string }
  }
}

if (noExternalBuffers === true) {
  const memory = ffi.createSealedMemfd('no-view', 4096)
  const { name, reason } = thrownBy(() => ffi.MemoryMapping.map(memory.fd, 4096))
  const left = mappedRanges().filter(({ file }) => file.includes('no-view')).length
  console.log(JSON.stringify({ imported: true, name, reason, alsoThrown: left }))
} else {
  const bytes = new Uint8Array(1)
  const uses: (() => unknown)[] = [
    () => ffi.createSealedMemfd('x', 4096),
    () => ffi.readSeals(0),
    () => ffi.createNamedMemory('x', 4096),
    () => ffi.MemoryMapping.map(0, 4096),
    () => ffi.futexWait(0n, 0, 1),
    () => ffi.futexWake(0n, 0),
    () => ffi.futexWaitv([{ address: 0n, expected: 0 }], 0),
    () => ffi.hasFutexWaitv(),
    () => ffi.yieldCpu(),
    () => ffi.listenUnix('/tmp/x', 1),
    () => ffi.connectUnix('/tmp/x'),
    () => ffi.probeUnixSocket('/tmp/x'),
    () => ffi.sendNow(0, bytes),
    () => ffi.receiveNow(0, bytes),
    () => ffi.receiveWithDescriptors(0, bytes, 1),
    () => ffi.ProcessHandle.open(1),
    () => ffi.pollReadable(0, 0),
    () => ffi.lockDirectory('/tmp'),
    () => ffi.getAffinity(),
  ]
  const thrown = uses.map(thrownBy)
  console.log(
    JSON.stringify({
      imported: true,
      name: thrown[0]?.name,
      reason: thrown[0]?.reason,
      alsoThrown: thrown.filter(({ name }) => name === 'UnsupportedPlatformError').length,
    }),
  )
}
