import { describe, expect, it } from 'vitest'
import { bandwidth } from '../../../bench/harness/format.js'
import {
  againstFindings,
  rateSentence,
  spreadSentence,
  tailPercent,
  tailSentence,
} from '../../../bench/report/sentences.js'

const percentile = (percent: number): number => ({ 50: 1300, 90: 1900, 99: 2100, 99.9: 9000 })[percent] ?? Number.NaN

describe('the sentence about a spread', () => {
  it('goes as far as ten samples are left', () => {
    expect(spreadSentence('Bus', 'calls', { samples: 10_000, percentile })).toBe(
      'Bus: half of the calls took at most 1.30 µs, 99 % at most 2.10 µs, 99.9 % at most 9.00 µs.',
    )
    expect(spreadSentence('Bus', 'calls', { samples: 9999, percentile })).toBe(
      'Bus: half of the calls took at most 1.30 µs, 90 % at most 1.90 µs, 99 % at most 2.10 µs.',
    )
    expect(spreadSentence('Bus', 'calls', { samples: 99, percentile })).toBe(
      'Bus: half of the calls took at most 1.30 µs.',
    )
  })

  it.each([
    [99, 50],
    [100, 90],
    [1000, 99],
    [10_000, 99.9],
    [1e9, 99.9],
  ])('of %i samples speaks of %d %% at most', (samples, percent) => {
    expect(tailPercent(samples)).toBe(percent)
  })
})

describe('the sentences about medians', () => {
  it('name who took longer and who was quicker, by how much', () => {
    const ratios = [
      { name: 'net', ratio: 35.1 },
      { name: 'Tachyon', ratio: 0.52 },
      { name: 'ThreadBus', ratio: 1.04 },
      { name: 'MessagePort', ratio: 31 },
    ]
    expect(againstFindings('Bus', ratios)).toEqual([
      'Compared with Bus in the same rounds, by the median, these took longer: MessagePort (31.0 ×) and net (35.1 ×); these took as long, within 5 %: ThreadBus (1.04 ×); these were quicker: Tachyon (0.52 ×).',
    ])
  })

  it('say so when everybody was quicker', () => {
    expect(againstFindings('Bus', [{ name: 'net', ratio: 0.5 }])).toEqual([
      'Compared with Bus in the same rounds, by the median, these were quicker: net (0.50 ×).',
    ])
  })

  it('say nothing where there is nobody to compare with', () => {
    expect(againstFindings('Bus', [])).toEqual([])
    expect(againstFindings('Bus', [{ name: 'net', ratio: Number.NaN }])).toEqual([])
  })
})

describe('the sentence about the tail', () => {
  const ours = { name: 'Bus', value: 9000 }

  it.each([
    [90_000, 'through net, the best rival there, at most 90.0 µs: 10.0 × as long.'],
    [9100, 'no difference.'],
    [4500, 'here Bus is the slower one, by 2.00 ×.'],
  ])('compares with the best rival, whoever wins: %i ns', (value, end) => {
    const rivals = [
      { name: 'zeromq', value: 900_000 },
      { name: 'net', value },
    ]
    const sentence = tailSentence('99.9 % of the calls', ours, rivals)
    expect(sentence).toContain('99.9 % of the calls through Bus took at most 9.00 µs')
    expect(sentence.endsWith(end)).toBe(true)
  })
})

describe('the sentence about a rate', () => {
  it.each([
    [2e9, 'At 1 MiB, Bus moved 2.00 GB/s: 2.00 × as much as net, the best rival, 1.00 GB/s.'],
    [0.5e9, 'At 1 MiB, Bus moved 500 MB/s, less than net, the best rival, 1.00 GB/s: 0.50 ×.'],
    [1e9, 'At 1 MiB, Bus moved 1.00 GB/s, as much as net, the best rival, 1.00 GB/s.'],
  ])('compares with the best rival, whoever wins: %d', (value, sentence) => {
    const rivals = [
      { name: 'net', value: 1e9 },
      { name: 'zeromq', value: 1e8 },
    ]
    expect(rateSentence('At 1 MiB', { name: 'Bus', value }, rivals, bandwidth)).toBe(sentence)
  })
})
