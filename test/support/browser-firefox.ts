import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type Child, spawnProgram } from './child.js'

/** Whatever is not on the loopback device goes to a proxy that is not there: Firefox asks nobody behind the test's back. */
const preferences = {
  'network.proxy.type': 1,
  'network.proxy.http': '127.0.0.1',
  'network.proxy.http_port': 9,
  'network.proxy.ssl': '127.0.0.1',
  'network.proxy.ssl_port': 9,
  'datareporting.policy.dataSubmissionEnabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.aboutwelcome.enabled': false,
}

/**
 * Firefox without a window, with a page open and a profile of its own; both go when the test ends. Nothing drives it: its
 * page has to report by itself.
 */
export function openInFirefox(program: string, address: string): Child {
  const profile = mkdtempSync(join(tmpdir(), 'ringway-firefox-'))
  onTestFinished(() => rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }))
  const lines = Object.entries(preferences).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});\n`)
  writeFileSync(join(profile, 'user.js'), lines.join(''))
  const options = { env: { MOZ_CRASHREPORTER_DISABLE: '1' }, watchdogMs: 170_000 }
  const child = spawnProgram(program, ['--headless', '--no-remote', '--profile', profile, address], options)
  // Its processes end in good order when they are asked to.
  onTestFinished(async () => {
    child.kill('SIGTERM')
    await child.exited
  })
  return child
}
