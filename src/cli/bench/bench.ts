import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Bus } from '../../index.js'
import { measureAwaitedTrips, measureBlockingTrips, measureStream, type RoundTrips, type Stream } from './measure.js'
import { ringCapacityBytes, ringNames, startTimeoutMs } from './orders.js'
import { PartnerProcess } from './partner-process.js'

export interface BenchReport {
  readonly blocking: RoundTrips
  readonly awaited: RoundTrips
  readonly streams: readonly Stream[]
}

const trips = 50_000
/** Message sizes, and how many of each. */
const streamPlan = [
  [32, 10_000_000],
  [1024, 2_000_000],
  [65_536, 60_000],
] as const

/**
 * A few seconds of round trips and streams between this process and a second one.
 * @param partnerArgs what this program is told, before the folder, to become the second process
 */
export async function bench(partnerArgs: readonly string[], stop: AbortSignal): Promise<BenchReport> {
  const folder = await mkdtemp(join(tmpdir(), 'ringway-'))
  try {
    await using partner = new PartnerProcess([...partnerArgs, folder])
    const signal = AbortSignal.any([stop, partner.failed])
    const listening = { signal, timeoutMs: startTimeoutMs }
    using there = await Bus.listen(join(folder, ringNames.there), ringCapacityBytes, { ...listening, role: 'producer' })
    using back = await Bus.listen(join(folder, ringNames.back), ringCapacityBytes, listening)
    const rings = { there, back }
    const blocking = await measureBlockingTrips(rings, trips, signal)
    const awaited = await measureAwaitedTrips(rings, trips, signal)
    const streams: Stream[] = []
    for (const [messageBytes, messages] of streamPlan) {
      // The first run warms up.
      await measureStream(rings, messageBytes, Math.ceil(messages / 10), signal)
      streams.push(await measureStream(rings, messageBytes, messages, signal))
    }
    return { blocking, awaited, streams }
  } finally {
    await rm(folder, { recursive: true })
  }
}
