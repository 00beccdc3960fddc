import { type Machine, thisMachine } from '../../../src/inspect/doctor/machine.js'
import type { Trials } from '../../../src/inspect/doctor/trials.js'
import { type Files, folderOf } from './folder-of.js'

/** Everything works, on two processors. */
const healthyTrials: Trials = {
  callLibrary: () => [0, 1],
  sealMemory: () => undefined,
  mapMemory: () => undefined,
  populate: () => true,
  bindToNode: () => undefined,
  waitOnSeveral: () => true,
  holdProcess: () => true,
  connectIn: () => true,
  clockReadNs: () => 50,
  leftovers: async () => [],
}

/** What the kernel says of a machine on which nothing hurts. */
export const healthyFiles: Files = {
  '/proc/sys/kernel/osrelease': '6.12.0\n',
  '/proc/sys/kernel/yama/ptrace_scope': '0\n',
  '/proc/mounts': 'proc /proc proc rw,nosuid 0 0\n',
  '/proc/self/maps': '7f0000000000-7f0000001000 r-xp 00000000 fe:00 1 /usr/lib/x86_64-linux-gnu/libc.so.6\n',
  '/proc/self/status': 'CapEff:\t0000000000000000\nSeccomp:\t0\n',
  '/proc/self/limits':
    'Max open files            4096                 8192                 files\nMax locked memory         65536                65536                bytes\n',
  '/proc/self/cgroup': '0::/user.slice\n',
  '/proc/self/fd/0': '',
  '/sys/fs/cgroup/user.slice/memory.max': 'max\n',
  '/sys/fs/cgroup/user.slice/cpu.max': 'max 100000\n',
  '/sys/devices/system/cpu/online': '0-1\n',
  '/sys/devices/system/cpu/isolated': '\n',
  '/sys/devices/system/cpu/cpu0/topology/thread_siblings_list': '0\n',
  '/sys/devices/system/cpu/cpu1/topology/thread_siblings_list': '1\n',
  '/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor': 'performance\n',
  '/sys/devices/system/cpu/cpu0/cpufreq/scaling_driver': 'acpi-cpufreq\n',
  '/sys/devices/system/node/node0/cpulist': '0-1\n',
  '/sys/devices/system/clocksource/clocksource0/current_clocksource': 'tsc\n',
}

type Differences = Partial<Omit<Machine, 'trials'>> & { readonly files?: Files; readonly trials?: Partial<Trials> }

/** A machine on which nothing hurts but what is given here. A file given as `missing` is not there. */
export function machineWith({ files = {}, trials = {}, ...others }: Differences = {}): Machine {
  const all = Object.entries({ ...healthyFiles, ...files }).filter(([, content]) => content !== missing)
  return {
    ...thisMachine(folderOf(Object.fromEntries(all))),
    platform: 'linux',
    architecture: 'x64',
    nodeVersion: '22.1.0',
    electronVersion: undefined,
    temporaryFolder: '/tmp',
    space: () => ({ totalBytes: 2 ** 33, freeBytes: 2 ** 32 }),
    ...others,
    trials: { ...healthyTrials, ...trials },
  }
}

export const missing = '(missing)'

/** A trial that the kernel refuses. */
export function refused(): never {
  throw new Error('it failed with EPERM')
}
