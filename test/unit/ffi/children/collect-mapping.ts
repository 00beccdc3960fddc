/** Drops mappings and tells when their address ranges are given back. Needs --expose-gc. */
import { setTimeout as sleep } from 'node:timers/promises'
import { createSealedMemfd, MemoryMapping } from '../../../../ffi/index.js'
import { rangeAt } from '../../../support/process-resources.js'

async function collect(isDone: () => boolean): Promise<void> {
  for (let round = 0; round < 200 && !isDone(); round++) {
    globalThis.gc?.()
    await sleep(5)
  }
}

/** Other memory may come to lie in a range that was given back: ours is recognized by what is written in it. */
const mark = 0x52_4e_47_57
/** Odd, so that no other mapping has this length. */
const lengthBytes = 37 * 4096

function mapAndRelease(): { address: bigint; view: Int32Array } {
  using memory = createSealedMemfd('collected', lengthBytes)
  const mapping = MemoryMapping.map(memory.fd, lengthBytes)
  mapping.release()
  const view = new Int32Array(mapping.buffer)
  view.fill(mark)
  return { address: mapping.address, view }
}

function isMapped(address: bigint): boolean {
  return rangeAt(address) !== undefined
}

function mapOnly(): bigint {
  using memory = createSealedMemfd('never-released', lengthBytes)
  return MemoryMapping.map(memory.fd, lengthBytes).address
}

const kept: { view: Int32Array | undefined } = { view: undefined }

/** In a function of its own, so that no register of this module goes on holding the view. */
function mapAndKeepView(): bigint {
  const { address, view } = mapAndRelease()
  kept.view = view
  return address
}

const address = mapAndKeepView()
await collect(() => !isMapped(address))
const whileViewIsKept = isMapped(address) && kept.view?.[0] === mark ? 'mapped' : 'unmapped'
kept.view = undefined
await collect(() => !isMapped(address))
const afterViewIsGone = isMapped(address) ? 'mapped' : 'unmapped'

const neverReleasedAddress = mapOnly()
await collect(() => !isMapped(neverReleasedAddress))
const neverReleased = isMapped(neverReleasedAddress) ? 'mapped' : 'unmapped'

const addresses = Array.from({ length: 200 }, () => mapAndRelease().address)
await collect(() => !addresses.some(isMapped))
const rangesLeftOf200 = addresses.filter(isMapped).length

console.log(JSON.stringify({ whileViewIsKept, afterViewIsGone, neverReleased, rangesLeftOf200 }))
