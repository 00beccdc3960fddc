import { expect, it, onTestFinished } from 'vitest'
import { Bus } from '../../src/index.js'
import { BusSurvey } from '../../src/inspect/bus-survey.js'
import { listening } from '../support/command-line.js'
import { describePeer } from '../support/describe-peer.js'
import { startPeer } from '../support/peer.js'
import { standIn } from '../support/stand-in.js'
import { tachyonInPython } from '../support/tachyon.js'
import { temporaryPath } from '../support/temporary-path.js'

/** Slow enough that the consumer sleeps now and then, which is what tells it from the producer. */
const slowly = { count: 10_000_000, pauseEvery: 10, pauseUs: 2000 }

async function rowOf(survey: BusSurvey, path: string) {
  const rows = (await survey.look()).filter(({ name }) => name === path)
  expect(rows.length).toBeLessThanOrEqual(1)
  return rows[0]
}

describePeer(standIn(), 'top and two stand-in peers', (program) => {
  it('sees their ring, that they are foreign, and who consumes', async () => {
    const path = temporaryPath()
    const consumer = startPeer(program, 'listen', 'consume', path, { count: slowly.count })
    await listening(path)
    const producer = startPeer(program, 'connect', 'produce', path, { ...slowly, retryMs: 10_000 })
    using survey = new BusSurvey()
    await expect.poll(async () => (await rowOf(survey, path))?.rolesFrom, { timeout: 20_000 }).toBe('sleeper')
    const row = await rowOf(survey, path)
    expect(row).toMatchObject({
      kind: 'bus',
      producer: { pid: producer.pid, native: false },
      consumer: { pid: consumer.pid, native: false },
      producerState: null,
      state: 'open',
      capacityBytes: 65_536,
    })
    expect(row?.producedBytesPerSecond).toBeGreaterThan(0)
  })

  it('sees one of them that waits for its peer', async () => {
    const path = temporaryPath()
    const consumer = startPeer(program, 'listen', 'consume', path, { count: 1 })
    await listening(path)
    using survey = new BusSurvey()
    await expect
      .poll(() => rowOf(survey, path), { timeout: 20_000 })
      .toMatchObject({ state: 'alone', processes: [{ pid: consumer.pid, native: false }] })
  })

  it('sees a ringway that listens for one of them', async () => {
    const path = temporaryPath()
    const bus = Bus.listen(path, 1 << 16)
    await listening(path)
    const producer = startPeer(program, 'connect', 'produce', path, { ...slowly, retryMs: 10_000 })
    using consumer = await bus
    using survey = new BusSurvey()
    expect(await rowOf(survey, path)).toMatchObject({
      producer: { pid: producer.pid, native: false },
      consumer: { pid: process.pid, native: true },
      listenerPid: process.pid,
      rolesFrom: 'marker',
    })
    expect(consumer.state).toBe('open')
  })
})

describePeer(tachyonInPython(), 'top and two real Tachyon peers', (program) => {
  it('sees their ring, and who consumes', async () => {
    const path = temporaryPath()
    const consumer = startPeer(program, 'listen', 'consume', path, { count: slowly.count })
    await listening(path)
    const producer = startPeer(program, 'connect', 'produce', path, { ...slowly, retryMs: 10_000 })
    const survey = new BusSurvey()
    onTestFinished(() => survey.close())
    await expect.poll(async () => (await rowOf(survey, path))?.rolesFrom, { timeout: 20_000 }).toBe('sleeper')
    expect(await rowOf(survey, path)).toMatchObject({
      producer: { pid: producer.pid, native: false },
      consumer: { pid: consumer.pid, native: false },
      state: 'open',
    })
  })
})
