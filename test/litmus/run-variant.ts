import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Scratch } from '../../bench/harness/scratch.js'
import { createSealedMemfd } from '../../ffi/index.js'
import { arenaBytes } from './arena.js'
import type { Litmus, Variant } from './litmus.js'
import type { SideReport, SideSpec } from './side.js'
import { type Ending, sumOf } from './verdict.js'

/** The program of every side: a bundle beside the one that runs this code. */
const sideFile = fileURLToPath(new URL('./side.js', import.meta.url))
/** Starting Node, compiling, a loaded machine, and an emulator: none of which is what is tested. */
const watchdogMs = 30_000

export interface Place {
  readonly scratch: Scratch
  readonly processors: readonly [number, number]
  /** Programs that run the two sides: as a rule the same Node. */
  readonly nodes: readonly [string, string]
  /** What a variant with a share of 1 gets. */
  readonly budgetMs: number
}

/** What runs a side, as it says itself. */
export interface Runtime {
  readonly node: string
  readonly v8: string
  readonly arch: string
}

export interface Outcome {
  readonly ending: Ending
  /** One for each process that finished. */
  readonly runtimes: readonly Runtime[]
}

interface SideEnd {
  readonly report: SideReport | undefined
  readonly how: string
}

function startSide(
  spec: SideSpec,
  place: Place,
  variant: Variant,
  memory: number,
): { end: Promise<SideEnd>; kill: () => void } {
  const args = [...(variant.nodeOptions ?? []), sideFile, JSON.stringify(spec)]
  const child = spawn(place.nodes[spec.index], args, { stdio: ['ignore', 'pipe', 'pipe', memory] })
  place.scratch.adopt(child)
  let hung = false
  const watchdog = setTimeout(() => {
    hung = true
    child.kill('SIGKILL')
  }, watchdogMs)
  const end = endOf(child).then(({ report, how }) => {
    clearTimeout(watchdog)
    return { report, how: hung ? `hung for ${watchdogMs} ms` : how }
  })
  return { end, kill: () => void child.kill('SIGKILL') }
}

function endOf(child: ChildProcess): Promise<SideEnd> {
  let output = ''
  let complaint = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint += text
  })
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ report: undefined, how: error.message }))
    child.on('close', (code, signal) => {
      const last = output.trimEnd().split('\n').at(-1) ?? ''
      // A side ends itself by this signal as soon as it has told all.
      const report = signal === 'SIGKILL' && last.startsWith('{') ? (JSON.parse(last) as SideReport) : undefined
      resolve({ report, how: signal ?? `status ${code}: ${firstError(complaint)}` })
    })
  })
}

function firstError(complaint: string): string {
  const lines = complaint.split('\n').filter((line) => line.trim() !== '')
  return (lines.find((line) => /^(\w*Error\b|FATAL|# Fatal)/.test(line)) ?? lines[0] ?? 'no word why').trim()
}

/** @param firstFailed the first of them that told nothing: it may have taken the other with it */
function outcomeOf(ends: readonly SideEnd[], firstFailed: SideEnd | undefined): Outcome {
  const reports = ends.flatMap(({ report }) => (report === undefined ? [] : [report]))
  const runtimes = reports.flatMap((report) => ('counts' in report ? [report] : []))
  const absent = reports.find((report) => 'absent' in report)
  if (absent !== undefined) return { ending: { kind: 'absent', what: absent.absent }, runtimes }
  if (firstFailed !== undefined) return { ending: { kind: 'died', how: firstFailed.how }, runtimes }
  return { ending: { kind: 'finished', counts: sumOf(runtimes.map(({ counts }) => counts)) }, runtimes }
}

/** The outcomes of both. */
export function together(earlier: Outcome, later: Outcome): Outcome {
  if (earlier.ending.kind !== 'finished' || later.ending.kind !== 'finished') return later
  const counts = sumOf([earlier.ending.counts, later.ending.counts])
  return { ending: { kind: 'finished', counts }, runtimes: later.runtimes }
}

/** Runs both sides to their ends. A side that ends early, for lack of something or by a crash, takes the other with it. */
export async function runVariant(litmus: Litmus, variant: Variant, place: Place): Promise<Outcome> {
  const { scratch, processors, budgetMs } = place
  using memory = createSealedMemfd('ringway-litmus', arenaBytes)
  const folder = mkdtempSync(join(scratch.folder, 'litmus-'))
  const sides = litmus.between === 'processes' ? ([0, 1] as const) : ([0] as const)
  const started = sides.map((index) => {
    const spec = {
      litmus: litmus.name,
      variant: variant.name,
      index,
      budgetMs: budgetMs * (variant.share ?? 1),
      folder,
      processors,
      watchdogMs,
    }
    return startSide(spec, place, variant, memory.fd)
  })
  let firstFailed: SideEnd | undefined
  const ends = started.map(async ({ end }) => {
    const ended = await end
    if (ended.report === undefined) firstFailed ??= ended
    if (ended.report === undefined || 'absent' in ended.report) for (const { kill } of started) kill()
    return ended
  })
  return outcomeOf(await Promise.all(ends), firstFailed)
}
