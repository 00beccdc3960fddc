import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Report } from '../../../bench/report/report.js'
import { root } from '../docs/root.js'

export const reportFolder = join(root, '.build/report')
export const reportPage = join(reportFolder, 'report.html')
const json = join(reportFolder, 'report.json')

/**
 * The report that was made last, drawn again by the code as it is now; where there is none, a smoke run is made first.
 * @throws with what the command said, if it failed
 */
export function madeReport(): Report {
  const options = existsSync(json) ? ['--from', json] : ['--smoke']
  const { status, stderr } = spawnSync('npm', ['run', '--silent', 'report', '--', ...options, '--out', reportFolder], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  if (status !== 0) throw new Error(`npm run report -- ${options.join(' ')} ended with ${status}: ${stderr}`)
  return JSON.parse(readFileSync(json, 'utf8')) as Report
}
