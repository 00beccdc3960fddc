import { describe, expect, it } from 'vitest'
import { charts } from '../../../bench/report/charts/index.js'
import { commandOf, readOptions } from '../../../bench/report/options.js'

describe('the options of a report', () => {
  it('are a full run of all charts, if nothing is said', () => {
    expect(readOptions([])).toEqual({
      smoke: false,
      rounds: undefined,
      out: '.build/report',
      from: undefined,
      plans: charts,
    })
  })

  it('choose charts, in the order of the report', () => {
    const { plans } = readOptions(['--only', 'throughput,calls'])
    expect(plans.map(({ id }) => id)).toEqual(['calls', 'throughput'])
  })

  it.each([
    [['--only', 'calls,latency'], 'There is no chart latency.'],
    [['--rounds', '0'], '--rounds takes a number from 1 to 9999, not 0.'],
    [['--rounds', '1.5'], '--rounds takes a number from 1 to 9999, not 1.5.'],
    [['--from', 'a.json', '--smoke'], '--from measures nothing'],
    [['--fast'], '--fast'],
    [['report.json'], 'report.json'],
  ])('refuse %j', (args, complaint) => {
    expect(() => readOptions(args)).toThrow(complaint)
  })
})

describe('the command of a report', () => {
  it.each([
    [[], 'npm run report'],
    [['--smoke', '--out', 'elsewhere'], 'npm run report -- --smoke'],
    [['--only', 'calls', '--rounds', '8'], 'npm run report -- --only calls --rounds 8'],
  ])('of %j is %s', (args, command) => {
    expect(commandOf(readOptions(args))).toBe(command)
  })

  it('of one chart measures that chart alone', () => {
    const options = readOptions(['--rounds', '8'])
    const commands = options.plans.map((plan) => commandOf(options, plan))
    for (const [index, command] of commands.entries()) {
      const again = readOptions(command.replace('npm run report -- ', '').split(' '))
      expect(again.plans).toEqual([charts[index]])
      expect(again.rounds).toBe(8)
    }
  })
})
