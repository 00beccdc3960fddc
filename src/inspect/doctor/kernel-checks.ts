import { type Finding, fine, problem, warning } from './finding.js'
import type { Machine } from './machine.js'
import { failureOf } from './trials.js'

const seccomp = 'allow it in the seccomp profile of the container'

/** 2: memory must be made with a flag that older kernels do not know. */
const strictestNoexec = '2'

export function memfdCheck({ trials, read }: Machine): Finding {
  const failure = failureOf(trials.sealMemory)
  if (failure === undefined) return fine('memfd', 'memfd_create with seals works')
  return problem('memfd', failure, {
    why: 'a ring is a sealed memfd',
    remedy:
      read('/proc/sys/vm/memfd_noexec')?.trim() === strictestNoexec
        ? 'sysctl vm.memfd_noexec=1 (as root): 2 refuses every memfd that was not asked for as not executable'
        : `a kernel from 3.17 on, with memfd_create; ${seccomp}`,
  })
}

export function pidfdCheck({ trials }: Machine): Finding {
  let held = false
  const failure = failureOf(() => {
    held = trials.holdProcess()
  })
  if (held) return fine('pidfd', 'pidfd_open works')
  return warning('pidfd', failure ?? 'pidfd_open does not work here', {
    why: 'the exit of a foreign peer (C++, Python, Rust) is not noticed without it; native peers are told by their socket',
    remedy: `a kernel from 5.3 on; ${seccomp}`,
  })
}

export function futexWaitvCheck({ trials }: Machine): Finding {
  let works = false
  const failure = failureOf(() => {
    works = trials.waitOnSeveral()
  })
  if (works) return fine('futex-waitv', 'futex_waitv works')
  return warning('futex-waitv', failure ?? 'futex_waitv does not work here', {
    why: 'messages of foreign producers are then looked for by a timer of a few milliseconds',
    remedy: `a kernel from 5.16 on; ${seccomp}`,
  })
}

export function populateCheck({ trials }: Machine): Finding {
  let works = false
  const failure = failureOf(() => {
    works = trials.populate()
  })
  if (works) return fine('populate', 'MADV_POPULATE_WRITE works')
  return warning('populate', failure ?? 'MADV_POPULATE_WRITE does not work here', {
    why: 'the first message on each page of a ring waits for the page, and where memory is short dies of it',
    remedy: 'a kernel from 5.14 on',
  })
}

export function mbindCheck({ trials, names }: Machine): Finding {
  const failure = failureOf(trials.bindToNode)
  if (failure === undefined) return fine('mbind', 'mbind works')
  const nodes = names('/sys/devices/system/node').filter((name) => /^node\d+$/.test(name)).length
  if (nodes < 2) return fine('mbind', `no mbind (${failure}), and one NUMA node, where nothing needs it`)
  return warning('mbind', failure, {
    why: `setNumaNode fails, on a machine of ${nodes} NUMA nodes`,
    remedy: `${seccomp} (docker: --cap-add SYS_NICE), or start both processes with numactl --membind`,
  })
}
