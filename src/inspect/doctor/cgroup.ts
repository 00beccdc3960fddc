import type { Machine } from './machine.js'

/** Where the files of a controller may be for this process: its own group, and those above it. */
export function groupFolders({ read }: Pick<Machine, 'read'>, controller: string): string[] {
  const lines = (read('/proc/self/cgroup') ?? '').trim().split('\n')
  return lines.flatMap((line) => {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? []
    if (controllers === undefined || path === undefined) return []
    // An empty list of controllers is the one tree of version 2, which has them all.
    const tree = controllers === '' ? '' : `/${controller}`
    if (controllers !== '' && !controllers.split(',').includes(controller)) return []
    return upwards(path).map((group) => `/sys/fs/cgroup${tree}${group}`)
  })
}

/** `/a/b`, `/a`, and the root: a container sees its own group there, whatever it is called outside. */
function upwards(path: string): string[] {
  const parts = path.split('/').filter(Boolean)
  return parts.map((_, index) => `/${parts.slice(0, parts.length - index).join('/')}`).concat('')
}
