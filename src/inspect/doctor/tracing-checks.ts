import { type Finding, fine, warning } from './finding.js'
import type { Machine } from './machine.js'

/** Bits of the effective set in `/proc/self/status`. */
const CAP_SYS_PTRACE = 19n
const CAP_SYS_ADMIN = 21n
const CAP_CHECKPOINT_RESTORE = 40n

/** What `ringway top` needs of the kernel: to read the memory of other processes of this user. */
export function tracingCheck(machine: Machine): Finding {
  const scope = Number(machine.read('/proc/sys/kernel/yama/ptrace_scope')?.trim() ?? '0')
  if (scope === 0 || canOpenMappings(machine))
    return fine('tracing', `ptrace_scope is ${scope}: ringway top can read rings`)
  return warning('tracing', `kernel.yama.ptrace_scope is ${scope}`, {
    why: 'ringway top finds the rings of your processes, and may not read how full they are',
    remedy: 'sudo ringway top, or sysctl kernel.yama.ptrace_scope=0',
  })
}

function canOpenMappings({ read }: Machine): boolean {
  const text = /^CapEff:\s*([0-9a-f]+)$/m.exec(read('/proc/self/status') ?? '')?.[1] ?? '0'
  const effective = BigInt(`0x${text}`)
  return [CAP_SYS_PTRACE, CAP_SYS_ADMIN, CAP_CHECKPOINT_RESTORE].some((bit) => (effective & (1n << bit)) !== 0n)
}

/** A /proc that hides the processes of others is fine; one that is not there, or hides ours, is not. */
export function procCheck({ read }: Machine): Finding {
  const mount = (read('/proc/mounts') ?? '').split('\n').find((line) => line.split(' ')[1] === '/proc')
  if (mount === undefined) {
    return warning('proc', '/proc is not mounted', {
      why: 'ringway top, ringway clean and the take-over of dead bridges find processes there',
      remedy: 'mount -t proc proc /proc',
    })
  }
  return fine(
    'proc',
    `/proc is mounted${/hidepid=[^0,]/.test(mount) ? ', and hides the processes of other users' : ''}`,
  )
}

const seccompModes: Readonly<Record<string, string>> = { '0': 'no', '1': 'a strict', '2': 'a filtering' }

/** Says what the kernel checks above may have failed of. */
export function seccompCheck({ read }: Machine): Finding {
  const mode = /^Seccomp:\s*(\d)/m.exec(read('/proc/self/status') ?? '')?.[1] ?? '0'
  return fine(
    'seccomp',
    `${seccompModes[mode] ?? 'an unknown'} seccomp profile; what it forbids, the checks above have met`,
  )
}
