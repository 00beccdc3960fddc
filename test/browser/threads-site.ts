import type { Browser, Page } from 'playwright-core'
import { bundlePackage } from '../../esbuild.config.mjs'
import { openPage } from '../support/browser.js'
import { bundleForBrowser } from '../support/browser-bundle.js'
import { type Site, serveSite } from '../support/browser-site.js'
import { installInstruments } from './instruments.js'

function documentOf(program: string): string {
  return `<!doctype html>
<title>ThreadBus</title>
<link rel="icon" href="data:,">
<script type="module" src="${program}.js"></script>
`
}

/** The pages in `page/`, and their two workers, as a user's bundler makes them. */
export async function serveThreadsSite(): Promise<Site> {
  await bundlePackage()
  const names = ['main', 'alone', 'producer', 'consumer']
  const { files } = await bundleForBrowser({ entryPoints: names.map((name) => `test/browser/page/${name}.ts`) })
  return await serveSite({ ...files, 'index.html': documentOf('main'), 'alone.html': documentOf('alone') })
}

/** Opens the page at an address of the site, once all of it has run. */
export async function openThreadsPage(
  browser: Browser,
  address: string,
): Promise<{ readonly page: Page; readonly complaints: readonly string[] }> {
  const { page, complaints } = await openPage(browser)
  await page.addInitScript(installInstruments)
  await page.goto(`${address}index.html`)
  return { page, complaints }
}
