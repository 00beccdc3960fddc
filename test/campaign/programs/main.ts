// Kills processes at random instants and counts what becomes of their messages: see docs/evidence/campaign.md.
import { randomInt } from 'node:crypto'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import { type Arguments, parseArguments, usageText } from '../arguments.js'
import { Crew } from '../crew.js'
import { type PeerPrograms, peersIn } from '../peers.js'
import { drawPlan } from '../plan.js'
import { progressOf } from '../progress.js'
import { reportJson, reportText } from '../report.js'
import { runRound } from '../round.js'
import { Summary } from '../summary.js'

// From .build/test/campaign/programs.
const root = fileURLToPath(new URL('../../../../', import.meta.url))
const usageStatus = 2
const failureStatus = 1

function parse(): Arguments {
  try {
    return parseArguments(process.argv.slice(2), randomInt(2 ** 32))
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usageText}`)
    process.exit(usageStatus)
  }
}

/** @returns the exit status of the first Ctrl-C, SIGTERM or end of the terminal; others change nothing: the end is near */
function stopSignal(): Promise<number> {
  return new Promise((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(name, () => resolve(128 + constants.signals[name]))
    }
  })
}

/** @returns undefined when all rounds were run, and otherwise the status of what stopped them */
async function runRounds(
  { rounds, seed, round }: Arguments,
  peers: PeerPrograms,
  summary: Summary,
): Promise<number | undefined> {
  const stopped = stopSignal()
  const crew = new Crew()
  const [first, count] = round === undefined ? [0, rounds] : [round, 1]
  const progress = progressOf(count)
  const available = { standIn: peers.standIn !== undefined, tachyon: peers.tachyon !== undefined }
  try {
    for (let number = first; number < first + count; number++) {
      const plan = drawPlan(seed, number, available)
      if (round !== undefined) process.stderr.write(`${JSON.stringify(plan)}\n`)
      const result = await Promise.race([runRound(plan, crew, peers), stopped])
      if (typeof result === 'number') return result
      summary.add(result)
      progress.show(summary)
    }
    return undefined
  } finally {
    progress.stop()
    crew.dismiss()
  }
}

const args = parse()
const peers = peersIn(root)
for (const what of peers.missing) process.stderr.write(`left out: ${what}\n`)
process.stderr.write(`seed ${args.seed}\n`)
const summary = new Summary()
const beganMs = performance.now()
const stoppedBy = await runRounds(args, peers, summary)
const seconds = (performance.now() - beganMs) / 1000
process.stdout.write(reportText(summary, args.seed, seconds))
if (args.json) process.stdout.write(`${reportJson(summary, args.seed, seconds)}\n`)
process.exit(stoppedBy ?? (summary.failed ? failureStatus : 0))
