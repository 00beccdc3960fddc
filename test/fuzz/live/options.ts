import { parseArgs } from 'node:util'

export interface FuzzOptions {
  /** Names of targets, in the order in which they run. */
  readonly targets: readonly string[]
  readonly inputs: number
  readonly seed: number
  /** The one input to run, of the one target. */
  readonly replay: number | undefined
  readonly json: boolean
  readonly coverage: boolean
}

const usageStatus = 2
const usualInputs = 200_000
const known = {
  target: { type: 'string', default: 'all' },
  inputs: { type: 'string', default: String(usualInputs) },
  seed: { type: 'string' },
  replay: { type: 'string' },
  json: { type: 'boolean', default: false },
  coverage: { type: 'boolean', default: false },
} as const

function usage(complaint: string, names: readonly string[]): never {
  process.stderr.write(`${complaint}

usage: npm run --silent fuzz -- [--target ${names.join('|')}|all] [--inputs N] [--seed N] [--replay SEED:INDEX] [--coverage] [--json]

  --target    what is attacked (all)
  --inputs    how many inputs, for all targets together (${usualInputs})
  --seed      an integer from 0 to 2^32 - 1; the same seed makes the same inputs. Drawn, and printed, unless given
  --replay    one input again: its seed and index, as a failure prints them; needs --target
  --coverage  which lines of the library the run reached: much slower
  --json      one JSON object as the last line
`)
  process.exit(usageStatus)
}

/** Ends the process with status 2 for arguments that make no sense. */
export function parseOptions(names: readonly string[]): FuzzOptions {
  const refuse = (complaint: string): never => usage(complaint, names)
  let values: ReturnType<typeof parseArgs<{ options: typeof known }>>['values']
  try {
    values = parseArgs({ options: known }).values
  } catch (error) {
    return refuse((error as Error).message)
  }
  const integer = (name: string, text: string, least: number, most: number): number => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= least && value <= most) return value
    return refuse(`--${name} is an integer from ${least} to ${most}, not '${text}'.`)
  }
  const { target, inputs, seed, replay, json, coverage } = values
  if (target !== 'all' && !names.includes(target)) refuse(`There is no target ${target}.`)
  const options = {
    targets: target === 'all' ? names : [target],
    inputs: integer('inputs', inputs, 1, 10 ** 12),
    seed: seed === undefined ? Math.floor(Math.random() * 2 ** 32) : integer('seed', seed, 0, 2 ** 32 - 1),
    replay: undefined,
    json,
    coverage,
  }
  if (replay === undefined) return options
  const [replayedSeed = '', index = '', ...more] = replay.split(':')
  if (target === 'all' || seed !== undefined || more.length > 0)
    refuse('--replay is SEED:INDEX, and needs --target and no --seed.')
  return {
    ...options,
    inputs: 1,
    seed: integer('replay', replayedSeed, 0, 2 ** 32 - 1),
    replay: integer('replay', index, 0, 10 ** 12),
  }
}
