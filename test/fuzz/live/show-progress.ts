import type { Tally } from './tally.js'

const everyMs = 250
/** Where nobody looks on: a line now and then. */
const everyLineMs = 10_000
let shownMs = 0

/** @param tally undefined: takes the line away */
export function showProgress(tally: Tally | undefined, inputs: number): void {
  const { isTTY } = process.stderr
  if (tally === undefined) {
    if (isTTY && shownMs !== 0) process.stderr.write('\r\x1b[2K')
    shownMs = 0
    return
  }
  const now = performance.now()
  if (shownMs === 0 && !isTTY) shownMs = now
  if (now - shownMs < (isTTY ? everyMs : everyLineMs)) return
  shownMs = now
  const rate = Math.round((tally.inputs / tally.durationMs) * 1000)
  const text = `${tally.target} ${tally.inputs}/${inputs} (${rate}/s), ${tally.findings.length} findings`
  process.stderr.write(isTTY ? `\r\x1b[2K${text}` : `${text}\n`)
}
