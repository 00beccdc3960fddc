import { describe, expect, it } from 'vitest'
import { processFacts } from '../../../src/inspect/process-facts.js'
import { folderOf } from '../../support/inspect/folder-of.js'

const commandOf = (cmdline: string, comm = 'name\n') =>
  processFacts(folderOf({ '7/cmdline': cmdline, '7/comm': comm }), 7, '').command

describe('processFacts', () => {
  it.each([
    ['/usr/bin/node\0--expose-gc\0/srv/app/worker.mjs\0--port\0', 'node worker.mjs'],
    ['python3.11\0/srv/peer.py\0', 'python3.11 peer.py'],
    ['/opt/engine\0/etc/engine.conf\0', 'engine'],
    ['node\0', 'node'],
  ])('name %j', (cmdline, expected) => {
    expect(commandOf(cmdline)).toBe(expected)
  })

  it('take the name of the thread where there is no command line', () => {
    expect(commandOf('', 'kworker\n')).toBe('kworker')
  })

  it('survive a process that is gone', () => {
    expect(processFacts(folderOf({}), 7, '')).toEqual({ pid: 7, command: '?', hasKoffi: false })
  })

  it('know a process that has loaded koffi', () => {
    const maps = '7f00-7f01 r-xp 00000000 fe:00 1 /app/node_modules/koffi/build/koffi.node\n'
    expect(processFacts(folderOf({}), 7, maps).hasKoffi).toBe(true)
    expect(processFacts(folderOf({}), 7, '7f00-7f01 r-xp 0 fe:00 1 /app/koffi.node.txt\n').hasKoffi).toBe(false)
  })
})
