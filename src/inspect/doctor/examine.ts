import type { Finding } from './finding.js'
import { leftoversCheck, socketCheck, socketPathCheck } from './folder-checks.js'
import { futexWaitvCheck, mbindCheck, memfdCheck, pidfdCheck, populateCheck } from './kernel-checks.js'
import { type Machine, thisMachine } from './machine.js'
import { descriptorLimitCheck, lockedMemoryCheck, memoryLimitCheck, namedMemoryCheck } from './memory-checks.js'
import {
  clockCheck,
  governorCheck,
  isolationCheck,
  numaCheck,
  processorCheck,
  quotaCheck,
  siblingsCheck,
} from './processor-checks.js'
import { externalBufferCheck, koffiCheck, libcCheck, nodeCheck, platformCheck } from './runtime-checks.js'
import { procCheck, seccompCheck, tracingCheck } from './tracing-checks.js'

/** In the order in which one failing explains the next. */
const checks: readonly ((machine: Machine) => Finding | Promise<Finding>)[] = [
  platformCheck,
  nodeCheck,
  koffiCheck,
  externalBufferCheck,
  libcCheck,
  memfdCheck,
  pidfdCheck,
  futexWaitvCheck,
  populateCheck,
  mbindCheck,
  seccompCheck,
  memoryLimitCheck,
  namedMemoryCheck,
  descriptorLimitCheck,
  lockedMemoryCheck,
  processorCheck,
  quotaCheck,
  siblingsCheck,
  isolationCheck,
  numaCheck,
  governorCheck,
  clockCheck,
  socketPathCheck,
  socketCheck,
  leftoversCheck,
  procCheck,
  tracingCheck,
]

/** Looks at this machine, takes well under a second, and leaves nothing behind. */
export async function examine(machine: Machine = thisMachine()): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const check of checks) findings.push(await check(machine))
  return findings
}
