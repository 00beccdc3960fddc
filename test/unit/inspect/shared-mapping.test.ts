import { describe, expect, it } from 'vitest'
import { sharedMappings } from '../../../src/inspect/shared-mapping.js'

const line = (access: string, offset: string, name: string) =>
  `7f0000000000-7f0000011000 ${access} ${offset} 00:01 4711                     ${name}\n`
const ring = line('rw-s', '00000000', '/memfd:/tmp/a.sock (deleted)')

describe('sharedMappings', () => {
  it('finds a memfd that is mapped from its beginning, to be shared and written', () => {
    expect(sharedMappings(7, `${line('r-xp', '00000000', '/bin/x')}${ring}`)).toEqual([
      {
        pid: 7,
        range: '7f0000000000-7f0000011000',
        start: 0x7f0000000000n,
        lengthBytes: 0x11000,
        file: '00:01 4711',
        inode: 4711,
        label: '/tmp/a.sock',
      },
    ])
  })

  it('finds named memory', () => {
    expect(sharedMappings(7, line('rw-s', '00000000', '/dev/shm/x'))).toMatchObject([{ label: '/dev/shm/x' }])
  })

  it.each([
    ['who maps it to read it alone', line('r--s', '00000000', '/memfd:x (deleted)')],
    ['what nobody shares', line('rw-p', '00000000', '/memfd:x (deleted)')],
    ['a later part of a file', line('rw-s', '00001000', '/memfd:x (deleted)')],
    ['other files', line('rw-s', '00000000', '/srv/x')],
    ['memory without a name', line('rw-s', '00000000', '')],
    ['lines that are none', ' rw-s \nxyz rw-s 00000000\n'],
  ])('leaves out %s', (_name, text) => {
    expect(sharedMappings(7, `${text}${ring}`)).toHaveLength(1)
  })

  it('takes labels as they are: spaces, brackets, UTF-8', () => {
    const label = '/tmp/ä b (deleted)'
    const bytes = Buffer.from(label).toString('latin1')
    expect(sharedMappings(7, line('rw-s', '00000000', `/memfd:${bytes} (deleted)`))).toMatchObject([{ label }])
  })
})
