import { readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, it } from 'vitest'
import { failure, ringway, shell, until } from '../support/command-line.js'
import { childrenOf } from '../support/process-tree.js'
import { temporaryPath } from '../support/temporary-path.js'

const roundTrips = { medianNs: expect.any(Number), p99Ns: expect.any(Number) }

describe('ringway bench', () => {
  it('prints round trips and streams in two small tables', async () => {
    const { code, stdout, stderr } = await ringway('bench').exited
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(
      /^round trip, 32 bytes +median +p99\nblocking .* µs\nawaited .* µs\n\none way +messages\/s +bytes\/s\n/,
    )
    expect(stdout).toMatch(/\n32 bytes, .* GB\n1KiB, .* GB\n64KiB, .* GB\n$/)
  })

  it('prints one JSON object with --json, and leaves nothing in the folder for temporary files', async () => {
    const folder = dirname(temporaryPath())
    const { code, stdout } = await shell('ringway bench --json', [], { env: { TMPDIR: folder } }).exited
    expect(code).toBe(0)
    const report = JSON.parse(stdout)
    expect(report).toMatchObject({ blocking: roundTrips, awaited: roundTrips })
    expect(report.streams.map(({ messageBytes }: { messageBytes: number }) => messageBytes)).toEqual([32, 1024, 65536])
    for (const { messagesPerSecond, bytesPerSecond, messageBytes } of report.streams) {
      expect(messagesPerSecond).toBeGreaterThan(0)
      expect(bytesPerSecond).toBeCloseTo(messagesPerSecond * messageBytes, -3)
    }
    expect(report.blocking.medianNs).toBeGreaterThan(0)
    expect(readdirSync(folder)).toEqual([])
  })

  it('fails in one line when its other process is killed', async () => {
    const folder = dirname(temporaryPath())
    const child = shell('exec "$NODE" "$RINGWAY" bench', [], { env: { TMPDIR: folder } })
    let partner: number | undefined
    await until(() => {
      partner = childrenOf(child.pid)[0]
      return partner !== undefined
    })
    process.kill(partner as number, 'SIGKILL')
    const { code, stderr } = await child.exited
    expect(code).toBe(1)
    expect(stderr).toMatch(failure('(Error|ERR_RINGWAY_PEER_DEAD)'))
    expect(readdirSync(folder)).toEqual([])
  })

  it.each([[['--count', '3']], [['path']]])('refuses %j as wrong usage', async (args) => {
    const { code, stderr } = await ringway('bench', ...args).exited
    expect(code).toBe(2)
    expect(stderr).toMatch(/^ringway: /)
  })
})
