import { parseArgs } from 'node:util'

export interface Arguments {
  readonly rounds: number
  readonly seed: number
  /** The one round to repeat. */
  readonly round: number | undefined
  readonly json: boolean
}

export const usageText = `usage: npm run --silent campaign -- [--rounds N] [--seed N] [--round N] [--json]

  --rounds N   how many (100)
  --seed N     what all is drawn from, 0 to 4294967295; drawn itself unless given
  --round N    this round alone, as it is in a campaign with that seed
  --json       one JSON object as the last line
`

const mostRounds = 1_000_000
const usualRounds = 100

function integer(name: string, text: string, most: number, least = 0): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= least && value <= most) return value
  throw new RangeError(`--${name} is an integer from ${least} to ${most}, not ${text}`)
}

/** @throws what is wrong with them */
export function parseArguments(args: readonly string[], drawnSeed: number): Arguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: String(usualRounds) },
      seed: { type: 'string', default: String(drawnSeed) },
      round: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  return {
    rounds: integer('rounds', values.rounds, mostRounds, 1),
    seed: integer('seed', values.seed, 0xffff_ffff),
    round: values.round === undefined ? undefined : integer('round', values.round, mostRounds),
    json: values.json,
  }
}
