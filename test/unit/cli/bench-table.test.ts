import { expect, it } from 'vitest'
import { benchTable } from '../../../src/cli/bench/bench-table.js'

it('the bench table shows micro-seconds, millions and gigabytes in columns', () => {
  const report = {
    blocking: { medianNs: 612, p99Ns: 1_204 },
    awaited: { medianNs: 2_040, p99Ns: 12_345_678 },
    streams: [
      { messageBytes: 32, messagesPerSecond: 51_230_000, bytesPerSecond: 1_639_360_000 },
      { messageBytes: 65_536, messagesPerSecond: 150_000, bytesPerSecond: 9_830_400_000 },
    ],
  }
  expect(benchTable(report)).toBe(
    [
      'round trip, 32 bytes                    median         p99',
      'blocking (sendSync, recvSync)          0.61 µs     1.20 µs',
      'awaited (await send, await recv)       2.04 µs 12345.68 µs',
      '',
      'one way                             messages/s     bytes/s',
      '32 bytes, corked                       51.23 M     1.64 GB',
      '64KiB, corked                           0.15 M     9.83 GB',
      '',
    ].join('\n'),
  )
})
