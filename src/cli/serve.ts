import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { handlersOfModule, type RingwayError, RpcServer } from '../rpc.js'

export interface ServeSettings {
  readonly capacityBytes: number
  readonly concurrency: number | undefined
  readonly onPeerError: (error: RingwayError) => void
}

/** Serves what a module exports until the signal is aborted, and throws its reason then. */
export async function serve(
  path: string,
  modulePath: string,
  { capacityBytes, concurrency, onPeerError }: ServeSettings,
  signal: AbortSignal,
): Promise<void> {
  const module = (await import(pathToFileURL(resolve(modulePath)).href)) as Record<string, unknown>
  const handlers = handlersOfModule(module)
  signal.throwIfAborted()
  await using _server = await RpcServer.listen(path, handlers, {
    capacityBytes,
    replyCapacityBytes: capacityBytes,
    onPeerError,
    ...(concurrency === undefined ? {} : { maxConcurrent: concurrency }),
  })
  await new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason))
  })
}
