import { describe, expect, it } from 'vitest'
import { groupFolders } from '../../../../src/inspect/doctor/cgroup.js'

const folders = (text: string | undefined, controller = 'memory') => groupFolders({ read: () => text }, controller)

describe('groupFolders', () => {
  it('are the group of this process and those above it, in version 2', () => {
    expect(folders('0::/a/b\n')).toEqual(['/sys/fs/cgroup/a/b', '/sys/fs/cgroup/a', '/sys/fs/cgroup'])
  })

  it('are those of the one controller in version 1', () => {
    expect(folders('5:cpu,cpuacct:/x\n4:memory:/y\n')).toEqual(['/sys/fs/cgroup/memory/y', '/sys/fs/cgroup/memory'])
    expect(folders('5:cpu,cpuacct:/x\n4:memory:/y\n', 'cpu')).toEqual(['/sys/fs/cgroup/cpu/x', '/sys/fs/cgroup/cpu'])
  })

  it('are none where the kernel tells nothing', () => {
    expect(folders(undefined)).toEqual([])
  })
})
