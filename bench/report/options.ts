import { parseArgs } from 'node:util'
import type { ChartPlan } from './charts/chart-plan.js'
import { charts } from './charts/index.js'

export const usualFolder = '.build/report'

/** What a run is asked for. */
export interface Options {
  readonly smoke: boolean
  /** Undefined: as many as usual. */
  readonly rounds: number | undefined
  /** The folder that is written to. */
  readonly out: string
  /** A report that is only drawn again. */
  readonly from: string | undefined
  readonly plans: readonly ChartPlan[]
}

const known = {
  smoke: { type: 'boolean', default: false },
  rounds: { type: 'string' },
  out: { type: 'string', default: usualFolder },
  from: { type: 'string' },
  only: { type: 'string' },
} as const

function plansOf(only: string | undefined): readonly ChartPlan[] {
  if (only === undefined) return charts
  const wanted = only.split(',')
  const unknown = wanted.filter((name) => !charts.some(({ id }) => id === name))
  if (unknown.length > 0) throw new Error(`There is no chart ${unknown.join(', ')}.`)
  return charts.filter(({ id }) => wanted.includes(id))
}

function roundsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new Error(`--rounds takes a number from 1 to 9999, not ${text}.`)
  return Number(text)
}

/** @throws with a complaint for whoever typed them */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({ args: [...args], options: known })
  const { smoke, rounds, out, from, only } = values
  if (from !== undefined && (smoke || rounds !== undefined || only !== undefined)) {
    throw new Error('--from measures nothing: leave out --smoke, --rounds and --only.')
  }
  return { smoke, rounds: roundsOf(rounds), out, from, plans: plansOf(only) }
}

/** The command that measures the same again, or one chart of it. */
export function commandOf({ smoke, rounds, plans }: Options, chart?: ChartPlan): string {
  const shown = chart === undefined ? plans : [chart]
  const options = [
    ...(shown.length === charts.length ? [] : ['--only', shown.map(({ id }) => id).join()]),
    ...(rounds === undefined ? [] : ['--rounds', rounds]),
    ...(smoke ? ['--smoke'] : []),
  ]
  return ['npm run report', ...(options.length === 0 ? [] : ['--', ...options])].join(' ')
}
