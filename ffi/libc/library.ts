import { createRequire } from 'node:module'
import type { TypeObject } from 'koffi'
import { UnsupportedPlatformError } from '../unsupported-platform-error.js'

/** What a C `void *` parameter takes. The callee must not keep a view's address beyond the call. */
export type Pointer = bigint | ArrayBufferView | null

/** C types that parameters and results here have. All are built in, so that two copies of this module never collide. */
export type CType = 'int' | 'uint' | 'long' | 'ulong' | 'int64' | 'uint64' | 'size_t' | 'intptr' | 'str' | 'void *'

type Koffi = typeof import('koffi')
type AnyFunction = (...parameters: never[]) => unknown

interface Loaded {
  readonly koffi: Koffi
  readonly path: string
  readonly library: ReturnType<Koffi['load']>
}

let loaded: Loaded | undefined

/** Not at import time: importing this library must work where using it cannot. */
function load(): Loaded {
  const { platform, arch, versions } = process
  if (versions['electron'] !== undefined) {
    throw new UnsupportedPlatformError(
      `Electron ${versions['electron']} forbids external buffers, so shared memory cannot be mapped there; ` +
        'ThreadBus (ringway/threads) works without it',
    )
  }
  if (platform !== 'linux' || (arch !== 'x64' && arch !== 'arm64')) {
    throw new UnsupportedPlatformError(
      `shared memory between processes needs Linux on x64 or arm64, and this is ${platform} on ${arch}; ` +
        'ThreadBus (ringway/threads) works everywhere',
    )
  }
  try {
    const require = createRequire(import.meta.url)
    const path = require.resolve('koffi')
    const koffi = require(path) as Koffi
    // No file name: the process has its C library open already, whether that is glibc or musl.
    return { koffi, path, library: koffi.load(null) }
  } catch (cause) {
    throw new UnsupportedPlatformError(
      `koffi, the door to the C library, cannot be loaded: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    )
  }
}

/** What a set of C functions is made of, once, at its first use. */
export function lazily<T>(make: () => T): () => T {
  let made: T | undefined
  return () => (made ??= make())
}

/** One C function. @throws UnsupportedPlatformError where there is no C library to call, or not this function in it */
export function bind<F extends AnyFunction>(name: string, result: CType, parameters: readonly CType[]): F {
  loaded ??= load()
  try {
    return loaded.library.func(name, result, parameters as unknown as TypeObject[]) as unknown as F
  } catch (cause) {
    throw new UnsupportedPlatformError(`the C library of this system has no ${name}`, { cause })
  }
}

/** One C function of a library of its own, for symbols that older C libraries keep outside of themselves. */
export function bindFrom<F extends AnyFunction>(
  fileName: string,
  name: string,
  result: CType,
  parameters: readonly CType[],
): F {
  loaded ??= load()
  try {
    const library = loaded.koffi.load(fileName)
    return library.func(name, result, parameters as unknown as TypeObject[]) as unknown as F
  } catch (cause) {
    throw new UnsupportedPlatformError(`this system has no ${name} in ${fileName}`, { cause })
  }
}

/** The calling thread's errno: to be read right after the call that failed, before anything else is called. */
export function errno(): number {
  loaded ??= load()
  return loaded.koffi.errno()
}

/** Keeps nothing alive: the caller holds the view for as long as the address is used. */
export function addressOf(view: ArrayBufferView): bigint {
  loaded ??= load()
  return loaded.koffi.address(view)
}

/** @throws UnsupportedPlatformError where the runtime forbids buffers over memory that it did not allocate */
export function viewOf(address: bigint, lengthBytes: number): ArrayBuffer {
  loaded ??= load()
  try {
    return loaded.koffi.view(address, lengthBytes)
  } catch (cause) {
    throw new UnsupportedPlatformError(
      'this runtime forbids buffers over foreign memory, so shared memory cannot be mapped; ' +
        'ThreadBus (ringway/threads) works without it',
      { cause },
    )
  }
}

/** Where koffi's entry file is, for a thread whose source has no module path of its own. */
export function koffiPath(): string {
  loaded ??= load()
  return loaded.path
}
