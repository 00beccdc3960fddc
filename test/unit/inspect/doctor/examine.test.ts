import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { describe, expect, it } from 'vitest'
import { examine } from '../../../../src/inspect/doctor/examine.js'
import type { FindingStatus } from '../../../../src/inspect/doctor/finding.js'
import { thisMachine } from '../../../../src/inspect/doctor/machine.js'
import { folderOf } from '../../../support/inspect/folder-of.js'
import { machineWith, missing, refused } from '../../../support/inspect/machine.js'
import { openDescriptors } from '../../../support/process-resources.js'
import { mappedRings } from '../../../support/rings-mapped.js'

type Machine = Parameters<typeof machineWith>[0]

/** What is found that is not fine: the check's name, and how bad it is. */
async function findings(machine: Machine): Promise<Record<string, FindingStatus>> {
  const found = (await examine(machineWith(machine))).filter(({ status }) => status !== 'ok')
  for (const { why, remedy, status } of found) {
    if (status !== 'unknown') expect([why, remedy]).toEqual([expect.stringMatching(/./), expect.stringMatching(/./)])
  }
  return Object.fromEntries(found.map(({ check, status }) => [check, status]))
}

const cpu = '/sys/devices/system/cpu'
const group = '/sys/fs/cgroup/user.slice'
const limits = (files: number | string) => ({
  '/proc/self/limits': `Max open files   ${files}   ${files}   files\nMax locked memory  1  1  bytes\n`,
})
const mebibyte = 2 ** 20

describe('the doctor', () => {
  it('finds nothing on a machine where nothing hurts', async () => {
    expect(await findings({})).toEqual({})
  })

  it.each<[string, Machine, Record<string, FindingStatus>]>([
    ['macOS', { platform: 'darwin' }, { platform: 'problem' }],
    ['32-bit ARM', { architecture: 'arm' }, { platform: 'problem' }],
    ['Node 18', { nodeVersion: '18.20.4' }, { node: 'problem' }],
    ['Node 20.18', { nodeVersion: '20.18.3' }, { node: 'problem' }],
    ['Electron', { electronVersion: '33.0.0' }, { node: 'problem' }],
    [
      'koffi that does not load',
      { trials: { callLibrary: refused } },
      { koffi: 'problem', processors: 'unknown', siblings: 'unknown' },
    ],
    ['a build without external buffers', { trials: { mapMemory: refused } }, { 'external-buffers': 'problem' }],
    [
      'musl',
      { files: { '/proc/self/maps': '7f00-7f01 r-xp 0 fe:00 1 /lib/ld-musl-x86_64.so.1\n' } },
      { libc: 'warning' },
    ],
    ['no memfds with seals', { trials: { sealMemory: refused } }, { memfd: 'problem' }],
    ['no pidfds', { trials: { holdProcess: () => false } }, { pidfd: 'warning' }],
    ['pidfds that a sandbox forbids', { trials: { holdProcess: refused } }, { pidfd: 'warning' }],
    ['no futex_waitv', { trials: { waitOnSeveral: () => false } }, { 'futex-waitv': 'warning' }],
    ['no MADV_POPULATE_WRITE', { trials: { populate: () => false } }, { populate: 'warning' }],
    [
      'no mbind on a machine of two nodes',
      { files: { '/sys/devices/system/node/node1/cpulist': '2-3\n' }, trials: { bindToNode: refused } },
      { mbind: 'warning' },
    ],
    ['no mbind on a machine of one node, which is fine', { trials: { bindToNode: refused } }, {}],
    [
      "docker's 64 MiB of /dev/shm",
      { space: () => ({ totalBytes: 64 * mebibyte, freeBytes: 64 * mebibyte }) },
      { 'dev-shm': 'warning' },
    ],
    [
      'a full /dev/shm',
      { space: () => ({ totalBytes: 1024 * mebibyte, freeBytes: mebibyte }) },
      { 'dev-shm': 'warning' },
    ],
    ['no /dev/shm', { space: () => undefined }, { 'dev-shm': 'warning' }],
    [
      'a memory limit that is nearly used up',
      { files: { [`${group}/memory.max`]: `${128 * mebibyte}`, [`${group}/memory.current`]: `${100 * mebibyte}` } },
      { 'memory-limit': 'warning' },
    ],
    [
      'a memory limit that is used up',
      { files: { [`${group}/memory.max`]: `${128 * mebibyte}`, [`${group}/memory.current`]: `${127 * mebibyte}` } },
      { 'memory-limit': 'problem' },
    ],
    [
      'a memory limit that leaves enough, which is fine',
      { files: { [`${group}/memory.max`]: `${512 * mebibyte}`, [`${group}/memory.current`]: `${100 * mebibyte}` } },
      {},
    ],
    [
      'a memory limit of the group above, in version 1',
      {
        files: {
          '/proc/self/cgroup': '4:cpu,memory:/docker/abc\n0::/\n',
          '/sys/fs/cgroup/memory/memory.limit_in_bytes': `${32 * mebibyte}`,
          '/sys/fs/cgroup/memory/memory.usage_in_bytes': `${16 * mebibyte}`,
        },
      },
      { 'memory-limit': 'warning' },
    ],
    ['few descriptors', { files: limits(100) }, { descriptors: 'warning' }],
    ['hardly any descriptors', { files: limits(12) }, { descriptors: 'problem' }],
    ['descriptors without a limit, which is fine', { files: limits('unlimited') }, {}],
    ['one processor', { trials: { callLibrary: () => [0] } }, { processors: 'warning' }],
    ['half a processor', { files: { [`${group}/cpu.max`]: '50000 100000\n' } }, { 'cpu-quota': 'warning' }],
    [
      'a quota of version 1',
      {
        files: {
          '/proc/self/cgroup': '4:cpu,cpuacct:/docker/abc\n',
          '/sys/fs/cgroup/cpu/docker/abc/cpu.cfs_quota_us': '150000\n',
          '/sys/fs/cgroup/cpu/docker/abc/cpu.cfs_period_us': '100000\n',
        },
      },
      { 'cpu-quota': 'warning' },
    ],
    ['a quota of four processors, which is fine', { files: { [`${group}/cpu.max`]: '400000 100000\n' } }, {}],
    [
      'two hardware threads of one core',
      {
        files: {
          [`${cpu}/cpu0/topology/thread_siblings_list`]: '0-1\n',
          [`${cpu}/cpu1/topology/thread_siblings_list`]: '0-1\n',
        },
      },
      { siblings: 'warning' },
    ],
    ['only isolated processors', { files: { [`${cpu}/isolated`]: '0-1\n' } }, { isolation: 'warning' }],
    ['an isolated processor of two, which is fine', { files: { [`${cpu}/isolated`]: '1\n' } }, {}],
    [
      'two NUMA nodes',
      {
        files: {
          '/sys/devices/system/node/node0/cpulist': '0\n',
          '/sys/devices/system/node/node1/cpulist': '1\n',
        },
      },
      { numa: 'warning' },
    ],
    [
      'two NUMA nodes of which one is used, which is fine',
      { files: { '/sys/devices/system/node/node1/cpulist': '2-3\n' } },
      {},
    ],
    [
      'the governor powersave',
      { files: { [`${cpu}/cpu0/cpufreq/scaling_governor`]: 'powersave\n' } },
      { governor: 'warning' },
    ],
    [
      'the powersave of a driver that follows the load, which is fine',
      {
        files: {
          [`${cpu}/cpu0/cpufreq/scaling_governor`]: 'powersave\n',
          [`${cpu}/cpu0/cpufreq/scaling_driver`]: 'intel_pstate\n',
          [`${cpu}/cpu0/cpufreq/energy_performance_preference`]: 'balance_performance\n',
        },
      },
      {},
    ],
    [
      'a driver that prefers to save power',
      {
        files: {
          [`${cpu}/cpu0/cpufreq/scaling_governor`]: 'powersave\n',
          [`${cpu}/cpu0/cpufreq/scaling_driver`]: 'amd-pstate-epp\n',
          [`${cpu}/cpu0/cpufreq/energy_performance_preference`]: 'balance_power\n',
        },
      },
      { governor: 'warning' },
    ],
    [
      'a frequency that is not told',
      { files: { [`${cpu}/cpu0/cpufreq/scaling_governor`]: missing } },
      { governor: 'unknown' },
    ],
    [
      'the clock source hpet',
      { files: { '/sys/devices/system/clocksource/clocksource0/current_clocksource': 'hpet\n' } },
      { clock: 'warning' },
    ],
    ['a clock that takes long to read', { trials: { clockReadNs: () => 1500 } }, { clock: 'warning' }],
    ['a long TMPDIR', { temporaryFolder: `/tmp/${'x'.repeat(80)}` }, { 'socket-path': 'warning' }],
    ['a TMPDIR that no socket fits behind', { temporaryFolder: `/${'x'.repeat(106)}` }, { 'socket-path': 'problem' }],
    ['a TMPDIR without sockets', { trials: { connectIn: refused } }, { sockets: 'problem' }],
    [
      'what dead processes left',
      { trials: { leftovers: async (folder) => (folder === '/tmp' ? ['/tmp/ringway.sock'] : []) } },
      { leftovers: 'warning' },
    ],
    [
      'a kernel that lets nobody trace',
      { files: { '/proc/sys/kernel/yama/ptrace_scope': '1\n' } },
      { tracing: 'warning' },
    ],
    [
      'such a kernel for somebody who may, which is fine',
      {
        files: {
          '/proc/sys/kernel/yama/ptrace_scope': '1\n',
          '/proc/self/status': 'CapEff:\t0000000000080000\nSeccomp:\t2\n',
        },
      },
      {},
    ],
    ['no /proc', { files: { '/proc/mounts': 'tmpfs /tmp tmpfs rw 0 0\n' } }, { proc: 'warning' }],
  ])('finds %s', async (_name, machine, expected) => {
    expect(await findings(machine)).toEqual(expected)
  })

  it('says with the numbers what it has found', async () => {
    const found = await examine(machineWith({ files: { [`${group}/cpu.max`]: '50000 100000\n' } }))
    expect(found.find(({ check }) => check === 'cpu-quota')?.found).toBe(
      'a quota of 0.50 processors (50000 of each 100000 µs)',
    )
  })

  it('names the command that removes what was left', async () => {
    const found = await examine(machineWith({ trials: { leftovers: async () => ['/tmp/ringway.sock'] } }))
    expect(found.find(({ check }) => check === 'leftovers')).toMatchObject({ remedy: 'ringway clean --remove' })
  })

  it('tells of what people ask about, although it does no harm', async () => {
    const found = await examine(machineWith({ files: { '/proc/self/status': 'Seccomp:\t2\n' } }))
    const told = (name: string) => found.find(({ check }) => check === name)
    expect(told('seccomp')).toMatchObject({ status: 'ok', found: expect.stringContaining('a filtering seccomp') })
    expect(told('locked-memory')).toMatchObject({ status: 'ok', found: expect.stringContaining('65536 bytes') })
  })

  it('knows the setting of the kernel that forbids memfds', async () => {
    const files = { '/proc/sys/vm/memfd_noexec': '2\n' }
    const found = await examine(machineWith({ files, trials: { sealMemory: refused } }))
    expect(found.find(({ check }) => check === 'memfd')?.remedy).toMatch(/^sysctl vm\.memfd_noexec=1/)
  })

  it('goes on where nothing can be read', async () => {
    const found = await examine({ ...machineWith(), ...thisMachine(folderOf({})) })
    expect(found.length).toBeGreaterThan(20)
  })

  it('really tries what it says works, and puts it away again', async () => {
    const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith('ringway-doctor'))
    const [descriptors, rings, left] = [openDescriptors(), mappedRings(), folders()]
    const found = await examine()
    const tried = ['koffi', 'external-buffers', 'memfd', 'pidfd', 'sockets']
    expect(found.filter(({ check }) => tried.includes(check)).map(({ status }) => status)).toEqual(
      tried.map(() => 'ok'),
    )
    expect(openDescriptors()).toEqual(descriptors)
    expect(mappedRings()).toEqual(rings)
    expect(folders()).toEqual(left)
  })
})
