import { describe, expect, it } from 'vitest'
import { took } from '../../../bench/report/page/caption.js'
import { embeddedJson, escaped, html, prose } from '../../../bench/report/page/markup.js'
import { textWidth, wrapped } from '../../../bench/report/page/text.js'
import { count, figure, tickLabel } from '../../../bench/report/page/units.js'
import { sampleReport } from '../../support/report/sample-report.js'

describe('figure', () => {
  it.each([
    ['ns', 131, '131 ns'],
    ['ns', 1330, '1.33 µs'],
    ['bytes', 65_536, '64 KiB'],
    ['bytes', 100_000, '97.7 KiB'],
    ['messages/s', 46_500_000, '46.5 M/s'],
    ['calls/s', 109_000, '109 k/s'],
    ['bytes/s', 53_900_000_000, '53.9 GB/s'],
    ['percent', 0, '0 %'],
    ['percent', 0.0312, '0.031 %'],
    ['percent', 0.0001, '< 0.001 %'],
    ['percent', 99.97, '100 %'],
    ['percentile', 50, '50 %'],
    ['percentile', 99.9, '99.9 %'],
    ['percentile', 99.999, '99.999 %'],
    ['percentile', 100, 'max'],
    ['round', 12, '12'],
  ] as const)('of %s %d is %s', (unit, value, text) => {
    expect(figure(unit, value)).toBe(text)
  })

  it('is a dash where there is none', () => {
    expect([figure('ns', undefined), figure('ns', Number.NaN), figure('percent', Number.POSITIVE_INFINITY)]).toEqual([
      '–',
      '–',
      '–',
    ])
  })
})

describe('tickLabel', () => {
  it.each([
    ['ns', 1000, '1 µs'],
    ['ns', 200, '200 ns'],
    ['ns', 1, '1 ns'],
    ['ns', 1_500_000, '1.5 ms'],
    ['bytes/s', 10_000_000_000, '10 GB/s'],
    ['messages/s', 100_000, '100 k/s'],
    ['percent', 0.05, '0.05 %'],
    ['percent', 20, '20 %'],
    ['percent', 100, '100 %'],
    ['ns', 0, '0'],
    ['percent', 0, '0 %'],
  ] as const)('of %s %d is %s', (unit, value, text) => {
    expect(tickLabel(unit, value)).toBe(text)
  })
})

describe('count', () => {
  it('separates thousands', () => {
    expect(['999', '1000', '12400000'].map((value) => count(Number(value)).replaceAll('\u202f', '_'))).toEqual([
      '999',
      '1_000',
      '12_400_000',
    ])
  })
})

describe('html', () => {
  it('escapes what is put in, between tags and in attributes', () => {
    const hostile = `"><script>alert('1')</script>&`
    expect(html`<a title="${hostile}">${[hostile]}</a>`.text).toBe(
      `<a title="${escaped(hostile)}">${escaped(hostile)}</a>`,
    )
    expect(escaped(hostile)).toBe('&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;')
  })

  it('takes markup as it is', () => {
    expect(html`<p>${html`<b>${1}</b>`}</p>`.text).toBe('<p><b>1</b></p>')
  })
})

describe('embeddedJson', () => {
  it('cannot end the script it is in, and says the same', () => {
    const value = { text: '</script><!-- <b>' }
    expect(embeddedJson(value).text).not.toContain('<')
    expect(JSON.parse(embeddedJson(value).text)).toEqual(value)
  })
})

describe('prose', () => {
  it('sets figures so that the eye finds them, and code as code', () => {
    expect(prose('`trySend` took 1.33 µs, 35.5 × as long, for 64 KiB in 3 rounds <of 8>.').text).toBe(
      '<code>trySend</code> took <strong>1.33 µs</strong>, <strong>35.5 ×</strong> as long, for <strong>64 KiB</strong> in 3 rounds &lt;of 8&gt;.',
    )
  })
})

describe('wrapped', () => {
  it('breaks at spaces, and nowhere else', () => {
    expect(wrapped('ringway Bus, trySend + consume', 22)).toEqual(['ringway Bus, trySend +', 'consume'])
    expect(wrapped('a-word-that-is-too-long for it', 10)).toEqual(['a-word-that-is-too-long', 'for it'])
  })
})

describe('textWidth', () => {
  it('gives bold text more room', () => {
    expect(textWidth('name', 12, true)).toBeGreaterThan(textWidth('name', 12))
  })
})

describe('took', () => {
  it('is in minutes when seconds would be many', () => {
    expect([45, 1260].map((tookSeconds) => took({ ...sampleReport(), tookSeconds }))).toEqual([
      '45 seconds',
      '21 minutes',
    ])
  })
})
