import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { describeInChromium, openPage } from '../support/browser.js'
import { chromiumKind, findBrowser, firefoxKind } from '../support/browser-program.js'

function folderWith(name: string, mode: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'ringway-browser-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, name), '#!/bin/sh\n', { mode })
  return folder
}

describe.each([chromiumKind, firefoxKind])('findBrowser, of $name', (kind) => {
  it.each(kind.programs)('takes %s from PATH', (name) => {
    const folder = folderWith(name, 0o755)
    expect(findBrowser(kind, { PATH: `/absent:${folder}` })).toEqual({ path: join(folder, name) })
  })

  it('takes the program that the environment names before any in PATH', () => {
    const own = join(folderWith('mine', 0o755), 'mine')
    const PATH = folderWith(kind.programs[0] ?? '', 0o755)
    expect(findBrowser(kind, { PATH, [kind.variable]: own })).toEqual({ path: own })
  })

  it('passes over what cannot be run, and says what to install', () => {
    expect(findBrowser(kind, { PATH: folderWith(kind.programs[0] ?? '', 0o644) })).toEqual({
      missing: `there is no ${kind.name}: run ${kind.installer}, or set ${kind.variable} to its program`,
    })
  })

  it('says that the environment is wrong instead of taking another', () => {
    const PATH = folderWith(kind.programs[0] ?? '', 0o755)
    expect(findBrowser(kind, { PATH, [kind.variable]: '/absent/program' })).toEqual({
      missing: `${kind.variable} is /absent/program, which is no program`,
    })
  })
})

describeInChromium('openPage', (browser) => {
  it('hears what a page and its worker complain about', async () => {
    const { page, complaints } = await openPage(browser())
    await page.setContent('<title>here</title>')
    await page.evaluate(() => {
      console.error('an error')
      console.warn('a warning')
      console.log('nothing to complain about')
      setTimeout(() => {
        throw new Error('nobody caught this')
      })
      const code = "console.error('from the worker'); setTimeout(() => { throw new Error('nor that') })"
      new Worker(URL.createObjectURL(new Blob([code])))
    })
    const heard = ['error: an error', 'warning: a warning', 'nobody caught this', 'error: from the worker', 'nor that']
    for (const each of heard) {
      await expect.poll(() => complaints.some((complaint) => complaint.includes(each)), { timeout: 10_000 }).toBe(true)
    }
    expect(complaints.join()).not.toContain('nothing to complain about')
  })

  it('lists what a page asks for, and complains about what it does not get', async () => {
    const { page, complaints, requests } = await openPage(browser())
    await page.setContent('<img src="http://127.0.0.1:9/absent.png">')
    await expect.poll(() => complaints.join(), { timeout: 10_000 }).toContain('failed: http://127.0.0.1:9/absent.png')
    expect(requests).toEqual(['http://127.0.0.1:9/absent.png'])
  })
})
