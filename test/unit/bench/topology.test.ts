import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  cacheSentence,
  countSentence,
  type Processor,
  placeSentence,
  processorList,
  readGovernor,
  readTopology,
} from '../../../bench/report/topology.js'
import { temporaryPath } from '../../support/temporary-path.js'

/** Writes files as Linux shows them, and @returns their folder. */
function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = temporaryPath('cpu')
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, `${text}\n`)
  }
  return folder
}

function filesOf(
  number: number,
  core: number,
  socket: number,
  siblings: string,
  shared: string,
): Record<string, string> {
  const at = `cpu${number}`
  const cache = (index: number, level: string, type: string, size: string, by: string): Record<string, string> => ({
    [`${at}/cache/index${index}/level`]: level,
    [`${at}/cache/index${index}/type`]: type,
    [`${at}/cache/index${index}/size`]: size,
    [`${at}/cache/index${index}/shared_cpu_list`]: by,
  })
  return {
    [`${at}/topology/core_id`]: String(core),
    [`${at}/topology/physical_package_id`]: String(socket),
    [`${at}/topology/thread_siblings_list`]: siblings,
    ...cache(0, '1', 'Data', '48K', siblings),
    ...cache(1, '1', 'Instruction', '32K', siblings),
    ...cache(2, '2', 'Unified', '1024K', siblings),
    ...cache(3, '3', 'Unified', '32768K', shared),
  }
}

/** Two sockets of two cores of two threads; number 7 is switched off. */
function server(): Processor[] {
  const files: Record<string, string> = { online: '0-6', 'cpu0/cpufreq/scaling_governor': 'powersave' }
  for (const number of [0, 1, 2, 3, 4, 5, 6]) {
    const core = number % 4
    const socket = core < 2 ? 0 : 1
    const siblings = core === 3 ? '3' : `${core},${core + 4}`
    Object.assign(files, filesOf(number, core % 2, socket, siblings, socket === 0 ? '0-1,4-5' : '2-3,6'))
  }
  return readTopology(folderWith(files))
}

describe('the topology of a server', () => {
  it('counts processors, cores, threads and sockets', () => {
    expect(countSentence(server())).toBe('7 processors: 4 cores, 2 threads each, 2 sockets')
  })

  it('names the caches of a processor, and how many share them', () => {
    expect(cacheSentence(server()[0] as Processor)).toBe(
      'L1d 48 KiB (shared by 2), L1i 32 KiB (shared by 2), L2 1 MiB (shared by 2), L3 32 MiB (shared by 4)',
    )
  })

  it.each([
    [[0, 1], 'two cores of one socket; each has an L2 of its own, they share L3'],
    [[0, 2], 'two cores of two sockets; each has an L2 and L3 of its own, they share no cache'],
    [[0, 4], 'two threads of one core; they share L2 and L3'],
  ] as const)('tells what the processors %j have in common', (pair, common) => {
    const used = `number ${pair[0]} (near side) and number ${pair[1]} (far side)`
    expect(placeSentence(server(), pair)).toBe(`${used}: ${common}`)
  })
})

describe('the topology of a machine that hides it', () => {
  it('has the processors alone', () => {
    const processors = readTopology(folderWith({ online: '0-1' }))
    expect(countSentence(processors)).toBe('2 processors: 2 cores, 1 thread each, 1 socket')
    expect(cacheSentence(processors[0] as Processor)).toBe('not visible to this machine')
    expect(placeSentence(processors, [0, 1])).toBe(
      'number 0 (near side) and number 1 (far side): two cores of one socket',
    )
  })

  it('is empty where there is not even a folder', () => {
    expect(readTopology(temporaryPath('nowhere'))).toEqual([])
  })
})

describe('the frequency governor', () => {
  it('is that of the processor', () => {
    expect(readGovernor(folderWith({ 'cpu1/cpufreq/scaling_governor': 'performance' }), 1)).toBe('performance')
    expect(readGovernor(folderWith({ online: '0' }), 0)).toBeUndefined()
  })
})

it.each([
  ['0', [0]],
  ['0-3,8,10-11\n', [0, 1, 2, 3, 8, 10, 11]],
  ['', []],
] as const)('the list %j of processors is read', (text, numbers) => {
  expect(processorList(text)).toEqual(numbers)
})
