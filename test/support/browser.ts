import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { beforeAll, onTestFinished } from 'vitest'
import { chromiumKind, describeWithBrowser } from './browser-program.js'

/** Nothing that asks the network, or the graphics processor, behind the test's back. */
const switches = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Tests in Chromium, which starts before the first of them and ends after the last; see `describeWithBrowser`. */
export function describeInChromium(title: string, tests: (browser: () => Browser) => void): void {
  describeWithBrowser(chromiumKind, title, (path) => {
    let running: Browser | undefined
    beforeAll(async () => {
      running = await launch(path)
      return () => running?.close()
    })
    tests(() => running as Browser)
  })
}

async function launch(executablePath: string): Promise<Browser> {
  // Chromium refuses its sandbox to root, and to nobody else.
  const chromiumSandbox = process.getuid?.() !== 0
  return await chromium.launch({ executablePath, chromiumSandbox, headless: true, args: switches })
}

/** A page, and what it complained about and asked for since it was made. */
export interface WatchedPage {
  readonly page: Page
  /** Errors and warnings on the console, exceptions that nobody caught, requests that failed; in words. */
  readonly complaints: readonly string[]
  /** The addresses of everything that was asked for, whoever answered. */
  readonly requests: readonly string[]
}

/** An empty page in a profile of its own, which goes when the test ends. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext(options)
  onTestFinished(() => context.close())
  const page = await context.newPage()
  const complaints: string[] = []
  const requests: string[] = []
  context.on('request', (request) => requests.push(request.url()))
  context.on('requestfailed', (request) => {
    complaints.push(`failed: ${request.url()}: ${request.failure()?.errorText}`)
  })
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`)
  })
  context.on('weberror', (event) => complaints.push(`uncaught: ${event.error().stack ?? event.error().message}`))
  page.on('crash', () => complaints.push('the page crashed'))
  return { page, complaints, requests }
}
