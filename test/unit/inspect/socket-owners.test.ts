import { describe, expect, it } from 'vitest'
import { socketHold, socketPaths } from '../../../src/inspect/socket-owners.js'
import { folderOf } from '../../support/inspect/folder-of.js'

const table = `Num       RefCount Protocol Flags    Type St Inode Path
0000000000000000: 00000002 00000000 00010000 0001 01 11 /tmp/a b.sock
0000000000000000: 00000003 00000000 00000000 0001 03    12 /tmp/a b.sock
0000000000000000: 00000003 00000000 00000000 0001 03 13
0000000000000000: 00000003 00000000 00000000 0001 03 14 /tmp/other.sock
`
const path = '/tmp/a b.sock'

function hold(descriptors: Readonly<Record<string, string>>) {
  const links = Object.entries(descriptors).map(([name, target]) => [`7/fd/${name}`, `-> ${target}`])
  const procFolder = folderOf({ 'net/unix': table, ...Object.fromEntries(links) })
  return socketHold(procFolder, 7, path, socketPaths(procFolder))
}

describe('socketHold', () => {
  it('is a connection that was accepted at the path', () => {
    expect(hold({ 0: '/dev/null', 5: 'socket:[12]' })).toEqual({ holds: true, accepted: true })
  })

  it('is the listening socket', () => {
    expect(hold({ 5: 'socket:[11]' })).toEqual({ holds: true, accepted: false })
  })

  it('is none of who connected, or listens elsewhere', () => {
    expect(hold({ 4: 'socket:[13]', 5: 'socket:[14]', 6: 'pipe:[12]' })).toEqual({ holds: false, accepted: false })
  })

  it('is unknown where descriptors are not shown', () => {
    expect(hold({})).toBeUndefined()
  })
})
