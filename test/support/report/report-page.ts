import { pathToFileURL } from 'node:url'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { openPage, type WatchedPage } from '../browser.js'

/** The page of a report with its charts alive, opened as a newcomer does: as a file. */
export async function openReport(
  browser: Browser,
  path: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const watched = await openPage(browser, { viewport: { width: 1280, height: 900 }, ...options })
  await watched.page.goto(pathToFileURL(path).href)
  if (options.javaScriptEnabled === false) return watched
  await watched.page.waitForFunction(() =>
    [...document.querySelectorAll<HTMLElement>('figure[data-chart-id]')].every(
      ({ dataset }) => dataset['ready'] === 'true',
    ),
  )
  return watched
}
