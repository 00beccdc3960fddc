import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where Linux shows it. */
export const topologyFolder = '/sys/devices/system/cpu'

export interface Cache {
  /** `L1d`, `L1i`, `L2`, `L3`. */
  readonly name: string
  readonly sizeKib: number
  /** Processors that share it. */
  readonly sharedBy: readonly number[]
}

export interface Processor {
  readonly number: number
  /** Undefined where the machine does not say. */
  readonly core: number | undefined
  readonly socket: number | undefined
  readonly siblings: readonly number[]
  readonly caches: readonly Cache[]
}

/** Numbers of a list such as `0-3,8,10-11`. */
export function processorList(text: string): number[] {
  return text
    .trim()
    .split(',')
    .filter((item) => item !== '')
    .flatMap((item) => {
      const [from = Number.NaN, to = from] = item.split('-').map(Number)
      return Array.from({ length: to - from + 1 }, (_, index) => from + index)
    })
}

function textOf(...path: string[]): string | undefined {
  try {
    return readFileSync(join(...path), 'utf8').trim()
  } catch {
    return undefined
  }
}

function numberOf(...path: string[]): number | undefined {
  const text = textOf(...path)
  return text === undefined ? undefined : Number(text)
}

/** `48K`, `32768K`, `1M`. */
function kibOf(size: string): number {
  return Number.parseInt(size, 10) * (size.endsWith('M') ? 1024 : 1)
}

function cachesOf(folder: string): Cache[] {
  let names: string[] = []
  try {
    names = readdirSync(folder).filter((name) => /^index\d+$/.test(name))
  } catch {
    // A machine that does not show its caches.
  }
  return names.sort().flatMap((name) => {
    const at = join(folder, name)
    const [level, type, size] = [textOf(at, 'level'), textOf(at, 'type'), textOf(at, 'size')]
    if (level === undefined || size === undefined) return []
    const suffix = { Data: 'd', Instruction: 'i' }[type ?? ''] ?? ''
    const sharedBy = processorList(textOf(at, 'shared_cpu_list') ?? '')
    return [{ name: `L${level}${suffix}`, sizeKib: kibOf(size), sharedBy }]
  })
}

/** The processors that are switched on. @param folder as `/sys/devices/system/cpu` */
export function readTopology(folder: string): Processor[] {
  return processorList(textOf(folder, 'online') ?? '').map((number) => {
    const at = join(folder, `cpu${number}`)
    return {
      number,
      core: numberOf(at, 'topology', 'core_id'),
      socket: numberOf(at, 'topology', 'physical_package_id'),
      siblings: processorList(textOf(at, 'topology', 'thread_siblings_list') ?? String(number)),
      caches: cachesOf(join(at, 'cache')),
    }
  })
}

/** The frequency governor, where there is one to be seen. */
export function readGovernor(folder: string, processor: number): string | undefined {
  return textOf(folder, `cpu${processor}`, 'cpufreq', 'scaling_governor')
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** `2 processors: 2 cores, 1 thread each, 1 socket`. */
export function countSentence(processors: readonly Processor[]): string {
  const cores = new Set(processors.map(({ siblings }) => siblings.join()))
  const sockets = new Set(processors.map(({ socket }) => socket))
  const threads = Math.max(...processors.map(({ siblings }) => siblings.length))
  const each = `${plural(threads, 'thread')} each`
  return `${plural(processors.length, 'processor')}: ${plural(cores.size, 'core')}, ${each}, ${plural(sockets.size, 'socket')}`
}

function cacheSize(sizeKib: number): string {
  return sizeKib >= 1024 && sizeKib % 1024 === 0 ? `${sizeKib / 1024} MiB` : `${sizeKib} KiB`
}

/** Of one processor: `L1d 48 KiB, L1i 32 KiB, L2 1 MiB, L3 32 MiB (shared by 2)`. */
export function cacheSentence({ caches }: Processor): string {
  const described = caches.map(({ name, sizeKib, sharedBy }) => {
    const sharing = sharedBy.length > 1 ? ` (shared by ${sharedBy.length})` : ''
    return `${name} ${cacheSize(sizeKib)}${sharing}`
  })
  return described.length === 0 ? 'not visible to this machine' : described.join(', ')
}

/** What the two measured processors have in common, as far as the machine tells. */
export function placeSentence(processors: readonly Processor[], [near, far]: readonly [number, number]): string {
  const used = `number ${near} (near side) and number ${far} (far side)`
  const first = processors.find(({ number }) => number === near)
  const second = processors.find(({ number }) => number === far)
  if (first === undefined || second === undefined) return used
  const where = first.siblings.includes(far)
    ? 'two threads of one core'
    : `two cores of ${first.socket === second.socket ? 'one socket' : 'two sockets'}`
  const outer = first.caches.filter(({ name }) => !name.endsWith('i') && name !== 'L1d')
  const shared = outer.filter(({ sharedBy }) => sharedBy.includes(far)).map(({ name }) => name)
  const own = outer.filter(({ sharedBy }) => !sharedBy.includes(far)).map(({ name }) => name)
  if (outer.length === 0) return `${used}: ${where}`
  const parts = [
    ...(own.length > 0 ? [`each has an ${own.join(' and ')} of its own`] : []),
    shared.length > 0 ? `they share ${shared.join(' and ')}` : 'they share no cache',
  ]
  return `${used}: ${where}; ${parts.join(', ')}`
}
