import { groupFolders } from './cgroup.js'
import { type Finding, fine, unknown, warning } from './finding.js'
import type { Machine } from './machine.js'
import { processorList } from './processor-list.js'

const devices = '/sys/devices/system'

/** Undefined where not even that can be asked; `koffiCheck` says why. */
function allowedProcessors({ trials }: Machine): readonly number[] | undefined {
  try {
    return trials.callLibrary()
  } catch {
    return undefined
  }
}

export function processorCheck(machine: Machine): Finding {
  const allowed = allowedProcessors(machine)
  if (allowed === undefined) return unknown('processors', 'the processors of this process cannot be asked for')
  const online = processorList(machine.read(`${devices}/cpu/online`)).length
  const found = `this process may use ${allowed.length} of ${online === 0 ? '?' : online} processors`
  if (allowed.length > 1) return fine('processors', found)
  return warning('processors', found, {
    why: 'two processes on one processor take turns: a round trip takes 15 to 25 µs rather than about 1; where the machine has but one, the window of polling is off',
    remedy: 'give each process a processor of its own: docker run --cpuset-cpus 0,1, or taskset -c',
  })
}

/** Fewer cannot run both ends at once. */
const leastProcessors = 2

/** A quota lets a process run, and then stops it for the rest of each period. */
export function quotaCheck(machine: Machine): Finding {
  const shares = groupFolders(machine, 'cpu').flatMap((folder) => {
    const [quota, period] = (machine.read(`${folder}/cpu.max`) ?? versionOne(machine, folder))
      .trim()
      .split(/\s+/)
      .map(Number)
    return quota !== undefined && period !== undefined && quota > 0 && period > 0 ? [{ quota, period }] : []
  })
  const [least] = shares.sort((one, other) => one.quota / one.period - other.quota / other.period)
  if (least === undefined) return fine('cpu-quota', 'no quota of processor time')
  const share = least.quota / least.period
  const found = `a quota of ${share.toFixed(2)} processors (${least.quota} of each ${least.period} µs)`
  if (share >= leastProcessors) return fine('cpu-quota', found)
  return warning('cpu-quota', found, {
    why: `when it is used up, everything stands still for up to ${Math.round(least.period / 1000)} ms: polling and Sync waits use it up`,
    remedy: 'docker run --cpus 2 or more, or --cpuset-cpus instead of a quota; hotUs: 0 to spend less',
  })
}

function versionOne({ read }: Machine, folder: string): string {
  return `${read(`${folder}/cpu.cfs_quota_us`) ?? ''} ${read(`${folder}/cpu.cfs_period_us`) ?? ''}`
}

/** Two hardware threads of one core share what polling uses most. */
export function siblingsCheck(machine: Machine): Finding {
  const allowed = allowedProcessors(machine)
  if (allowed === undefined) return unknown('siblings', 'the processors of this process cannot be asked for')
  const cores = new Set(allowed.map((cpu) => siblingsOf(machine, cpu)))
  if (cores.has(undefined)) return unknown('siblings', 'the kernel does not tell which processors share a core')
  const found = `${allowed.length} processors on ${cores.size} cores`
  if (allowed.length < 2 || cores.size > 1) return fine('siblings', found)
  return warning('siblings', found, {
    why: 'all of them are hardware threads of one core: a side that polls slows the side that works',
    remedy: `pin to processors of different cores: lscpu -e shows them; taskset -c chooses`,
  })
}

function siblingsOf({ read }: Machine, cpu: number): string | undefined {
  return read(`${devices}/cpu/cpu${cpu}/topology/thread_siblings_list`)?.trim()
}

export function numaCheck(machine: Machine): Finding {
  const allowed = allowedProcessors(machine) ?? []
  const nodes = machine.names(`${devices}/node`).filter((name) => /^node\d+$/.test(name))
  if (nodes.length === 0) return unknown('numa', 'the kernel does not tell its NUMA nodes')
  if (nodes.length === 1) return fine('numa', 'one NUMA node')
  const used = nodes.filter((node) => {
    const own = new Set(processorList(machine.read(`${devices}/node/${node}/cpulist`)))
    return allowed.some((cpu) => own.has(cpu))
  })
  const found = `this process may run on ${used.length} of ${nodes.length} NUMA nodes`
  if (used.length < 2) return fine('numa', found)
  return warning('numa', found, {
    why: 'a ring whose two ends run on different nodes is several times slower, and which nodes they run on changes',
    remedy: 'numactl --cpunodebind 0 --membind 0 for both processes; bus.setNumaNode(0)',
  })
}

/** Processors that the scheduler leaves alone are the best place for a side that polls. */
export function isolationCheck(machine: Machine): Finding {
  const isolated = processorList(machine.read(`${devices}/cpu/isolated`))
  if (isolated.length === 0) return fine('isolation', 'no processors are isolated')
  const allowed = new Set(allowedProcessors(machine) ?? [])
  const found = `processors ${isolated.join(', ')} are isolated, this process may use ${isolated.filter((cpu) => allowed.has(cpu)).length} of them`
  const isolatedSet = new Set(isolated)
  if (![...allowed].every((cpu) => isolatedSet.has(cpu)) || allowed.size < 2) return fine('isolation', found)
  return warning('isolation', found, {
    why: 'the scheduler does not spread threads over isolated processors: all of them stay on the first',
    remedy: 'pin each process to one of them: taskset -c',
  })
}

const pstateDrivers = /pstate/

export function governorCheck(machine: Machine): Finding {
  const cpu = allowedProcessors(machine)?.[0] ?? 0
  const folder = `${devices}/cpu/cpu${cpu}/cpufreq`
  const governor = machine.read(`${folder}/scaling_governor`)?.trim()
  if (governor === undefined) return unknown('governor', 'the frequency is not ours to see (usual on virtual machines)')
  const driver = machine.read(`${folder}/scaling_driver`)?.trim() ?? '?'
  const preference = machine.read(`${folder}/energy_performance_preference`)?.trim()
  const found = `the governor is ${governor} (${driver}${preference === undefined ? '' : `, ${preference}`})`
  // With these drivers powersave is the usual one, and follows the load; the preference says how eagerly.
  const saves = pstateDrivers.test(driver) ? /power$/.test(preference ?? '') : governor === 'powersave'
  if (!saves) return fine('governor', found)
  return warning('governor', found, {
    why: 'processors stay slow for the first milliseconds of traffic, or for ever: round trips take a multiple',
    remedy: 'cpupower frequency-set -g performance (as root)',
  })
}

const slowSources = /^(?:hpet|acpi_pm|pit|refined-jiffies|jiffies|xen)$/
/** A reading through the kernel's vDSO takes 20 to 60 ns, and through Node 100 more. */
const slowReadNs = 1000

export function clockCheck({ read, trials }: Machine): Finding {
  const source = read(`${devices}/clocksource/clocksource0/current_clocksource`)?.trim() ?? '?'
  const readNs = Math.round(trials.clockReadNs())
  const found = `the clock source is ${source}, a reading takes ${readNs} ns`
  if (!slowSources.test(source) && readNs < slowReadNs) return fine('clock', found)
  return warning('clock', found, {
    why: 'each wait reads the clock: a slow one adds its time to every message that is waited for',
    remedy: 'boot with clocksource=tsc tsc=reliable, if the hypervisor keeps the TSC steady',
  })
}
