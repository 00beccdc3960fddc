import { expect, it } from 'vitest'
import { hypervisorSentence, loadSentence } from '../../../bench/report/machine-facts.js'

const flags = (...names: string[]): string => `processor\t: 0\nflags\t\t: ${names.join(' ')}\n`

it.each([
  [flags('fpu', 'hypervisor', 'sse2'), undefined, 'yes: a virtual machine'],
  [flags('fpu', 'hypervisor'), 'Model name: x\nHypervisor vendor:     KVM\n', 'KVM: a virtual machine'],
  [flags('fpu', 'hypervisors'), 'Model name: x\n', 'none to be seen'],
  ['', undefined, 'none to be seen'],
])('the hypervisor of %j and %j is told', (cpuinfo, lscpu, beginning) => {
  expect(hypervisorSentence(cpuinfo, lscpu).startsWith(beginning)).toBe(true)
})

it('a run beside other programs says that its figures are not to be relied on', () => {
  expect(loadSentence(0.31)).toBe('0.31 in the minute before the run')
  expect(loadSentence(2.5)).toBe(
    '2.50 in the minute before the run: other programs were running, and the figures of this run are not to be relied on',
  )
})
