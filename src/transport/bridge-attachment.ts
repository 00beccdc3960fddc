import { existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { ProcessHandle } from '../../ffi/index.js'
import { ErrorCode, RingwayError } from '../errors.js'
import { BridgeChannel } from './bridge-channel.js'
import { type BridgeNames, bridgeNames, slotFiles } from './bridge-names.js'
import { type FileIdentity, statFile } from './file-identity.js'
import { lockHolder, usersOf, usersOfSync } from './file-users.js'
import { orFail } from './system-failure.js'

export interface AttachOptions {
  readonly waitForListenerMs: number
  readonly allowOtherClients: boolean
}

export type AttachmentState = 'open' | 'peer-closed' | 'peer-dead'

const retryMs = 10
const nap = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))

/** A client's way to a channel: the channel, and the processes one of which is its server. */
export class BridgeAttachment {
  readonly channel: BridgeChannel
  /** Others that have the channel open: the server, if nobody else does. */
  readonly users: readonly number[]
  /** Its server is of this library, and sees to the semaphores itself. */
  readonly hasNativeServer: boolean
  readonly #handles: readonly ProcessHandle[]
  /** Of the server, or of all who may be it; without those of this process, which lives. */
  readonly #pids: readonly number[]
  readonly #inThisProcess: boolean

  private constructor(channel: BridgeChannel, users: readonly number[], serverPid: number | undefined) {
    this.channel = channel
    this.users = users
    this.hasNativeServer = serverPid !== undefined
    this.#inThisProcess = users.includes(process.pid)
    const watched = serverPid !== undefined && serverPid > 0 ? [serverPid] : users
    this.#pids = watched.filter((pid) => pid !== process.pid)
    this.#handles = orFail('watch the server of a bridge', () =>
      this.#pids.flatMap((pid) => ProcessHandle.open(pid) ?? []),
    )
  }

  /** @throws `ERR_RINGWAY_NO_LISTENER`, and what `BridgeChannel.open` throws */
  static async attach(name: string, options: AttachOptions): Promise<BridgeAttachment> {
    const deadlineMs = performance.now() + options.waitForListenerMs
    for (;;) {
      const files = memoryFiles(bridgeNames(name))
      const users = files.length === 0 ? [] : await usersOf(files)
      const attachment = BridgeAttachment.#tryAttach(name, files, users, options, deadlineMs)
      if (attachment !== undefined) return attachment
      await delay(retryMs)
    }
  }

  static attachSync(name: string, options: AttachOptions): BridgeAttachment {
    const deadlineMs = performance.now() + options.waitForListenerMs
    for (;;) {
      const files = memoryFiles(bridgeNames(name))
      const users = files.length === 0 ? [] : usersOfSync(files)
      const attachment = BridgeAttachment.#tryAttach(name, files, users, options, deadlineMs)
      if (attachment !== undefined) return attachment
      Atomics.wait(nap, 0, 0, retryMs)
    }
  }

  static #tryAttach(
    name: string,
    files: readonly FileIdentity[],
    users: readonly number[],
    options: AttachOptions,
    deadlineMs: number,
  ): BridgeAttachment | undefined {
    const [request, response] = files
    const serverPid = request === undefined ? undefined : lockHolder(request)
    const isAlive = users.length > 0 || serverPid !== undefined
    if (isAlive && !options.allowOtherClients) {
      // Whoever holds the lock on the responses is a client of this library, which `open` refuses by itself.
      const holder = response === undefined ? undefined : lockHolder(response)
      refuseRivals(
        name,
        users.filter((pid) => pid !== holder),
      )
    }
    const channel = isAlive ? openSame(name, request) : undefined
    if (channel !== undefined) return new BridgeAttachment(channel, users, serverPid)
    if (performance.now() < deadlineMs) return undefined
    const why = files.length === 0 ? 'nobody made it' : isAlive ? 'its server is closing it' : 'its server is dead'
    throw new RingwayError(ErrorCode.noListener, `The bridge ${name} has no server: ${why}`)
  }

  /** Whether the server is still there, as far as can be known. */
  look(): AttachmentState {
    if (!this.channel.request.hasName) return 'peer-closed'
    return this.#inThisProcess || this.#isAnyAlive() ? 'open' : 'peer-dead'
  }

  #isAnyAlive(): boolean {
    // Without handles: the kernel has none to give, or these processes ended before we had them.
    if (this.#handles.length === 0) return this.#pids.some((pid) => existsSync(`/proc/${pid}`))
    return this.#handles.some((handle) => !handle.exited())
  }

  /** Resolves when all is given back. */
  async release(): Promise<void> {
    for (const handle of this.#handles) handle.close()
    await this.channel.release()
  }
}

/** The channel whose users we know, and not one that was made meanwhile under its name. */
function openSame(name: string, request: FileIdentity | undefined): BridgeChannel | undefined {
  const channel = BridgeChannel.open(name)
  if (channel === undefined || channel.request.isFile(request)) return channel
  void channel.release()
  return undefined
}

function memoryFiles({ request, response }: BridgeNames): FileIdentity[] {
  return [request, response].flatMap((names) => statFile(slotFiles(names)[0]) ?? [])
}

function refuseRivals(name: string, users: readonly number[]): void {
  if (users.length < 2) return
  throw new RingwayError(
    ErrorCode.busy,
    `The bridge ${name} is open in ${users.length} processes already (${users.join(', ')}): a server and another client, ` +
      'which would take our answers. If all of them are the server, allow it by { allowOtherClients: true }',
  )
}
