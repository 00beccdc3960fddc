import { beforeAll, expect, it } from 'vitest'
import { openInFirefox } from '../support/browser-firefox.js'
import { describeWithBrowser, firefoxKind } from '../support/browser-program.js'
import type { Site } from '../support/browser-site.js'
import type { Findings } from './page/alone.js'
import { reportOf } from './page/numbered-stream.js'
import { serveThreadsSite } from './threads-site.js'

let site: Site
beforeAll(async () => {
  site = await serveThreadsSite()
  return () => site[Symbol.asyncDispose]()
})

describeWithBrowser(firefoxKind, 'ThreadBus in Firefox', (program) => {
  it('carries millions, sleeps and wakes, and refuses to block a page', async () => {
    const firefox = openInFirefox(program, `${site.isolated}alone.html`)
    const ended = firefox.exited.then(({ code, stderr }) => ({ failure: `Firefox ended with ${code}: ${stderr}` }))
    const report = site.report.then((text) => JSON.parse(text) as Findings | { readonly failure: string })
    const findings = await Promise.race([report, ended])
    if ('failure' in findings) throw new Error(findings.failure)

    const million = reportOf(1_000_000)
    expect(findings.betweenWorkers).toEqual({ sent: million, received: million })
    expect(findings.intoPage).toMatchObject({ sent: million, received: million })
    expect(findings.outOfPage).toMatchObject({ sent: million, received: million })
    for (const { sent, received, woken } of [findings.napsOfConsumer, findings.napsOfProducer]) {
      expect(received).toEqual(sent)
      expect(received.firstWrong).toBe(-1)
      expect(woken).toBeGreaterThanOrEqual(50)
    }
    expect(findings.sync?.code).toBe('ERR_RINGWAY_UNSUPPORTED')
  })
})
