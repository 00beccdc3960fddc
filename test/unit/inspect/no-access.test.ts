import { describe, expect, it } from 'vitest'
import { BusSurvey } from '../../../src/inspect/bus-survey.js'
import { whyUnreadable } from '../../../src/inspect/no-access.js'
import { type Files, folderOf } from '../../support/inspect/folder-of.js'

const mapped = (label: string) => `7f0000000000-7f0000011000 rw-s 00000000 00:01 4711      /memfd:${label} (deleted)\n`

async function rowsOf(files: Files) {
  using survey = new BusSurvey(folderOf({ '7/cmdline': '/bin/engine\0', ...files }))
  return await survey.look()
}

/** A folder can be opened, and not be read. */
const unreadable = { '7/mem/': '' }

describe('a ring that nobody lets us read', () => {
  it('is shown with its processes, and says why', async () => {
    expect(await rowsOf({ '7/maps': mapped('/tmp/a.sock'), ...unreadable })).toMatchObject([
      {
        name: '/tmp/a.sock',
        state: 'unreadable',
        finding: 'its memory cannot be read (EISDIR)',
        processes: [{ pid: 7, command: 'engine' }],
        capacityBytes: null,
        producedBytesPerSecond: null,
        access: 'none',
      },
    ])
  })

  it('is not guessed from memory that is not called like a socket', async () => {
    expect(await rowsOf({ '7/maps': mapped('pulseaudio'), ...unreadable })).toEqual([])
  })

  it('is none when its process has ended meanwhile', async () => {
    expect(await rowsOf({ '7/maps': mapped('/tmp/a.sock') })).toEqual([])
    expect(await rowsOf({ '7/maps': mapped('/tmp/a.sock'), '7/mem': 'short' })).toEqual([])
  })
})

describe('whyUnreadable', () => {
  it.each(['EACCES', 'EPERM'])('says of %s what to do', (refusal) => {
    expect(whyUnreadable(refusal)).toMatch(/root, or set kernel\.yama\.ptrace_scope to 0$/)
  })
})
