import { describe, expect, it } from 'vitest'
import { sleepingConsumer } from '../../../src/inspect/futex-sleepers.js'
import { folderOf } from '../../support/inspect/folder-of.js'

const mapping = (pid: number, start: bigint) => ({
  pid,
  start,
  range: '',
  lengthBytes: 4096,
  file: '00:01 5',
  inode: 5,
  label: 'x',
})

describe('sleepingConsumer', () => {
  it('is whose thread waits at the consumer word, at its own address', () => {
    const procFolder = folderOf({
      '7/task/7/syscall': 'running\n',
      '8/task/8/syscall': '0 0x5 0x0\n',
      '8/task/9/syscall': '202 0x20180 0x0 0x1 0x7ffc 0x0 0x0 0x7ffc 0x7f\n',
    })
    const mappings = [mapping(7, 0x10000n), mapping(8, 0x20000n)]
    expect(sleepingConsumer(procFolder, mappings)?.pid).toBe(8)
    expect(sleepingConsumer(procFolder, [mapping(7, 0x10000n), mapping(8, 0x30000n)])).toBeUndefined()
  })
})
