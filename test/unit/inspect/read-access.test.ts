import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { BusSurvey } from '../../../src/inspect/bus-survey.js'
import { formatRing } from '../../../src/ring/arena-header.js'
import { DATA_OFFSET, HEAD_OFFSET, TAIL_OFFSET } from '../../../src/ring/ring-descriptor.js'
import { folderOf } from '../../support/inspect/folder-of.js'

const address = 0x10000

/** A process of which nothing can be opened but its memory. */
function putProcess(procFolder: string, pid: number, inode: number, headBytes: number): void {
  const words = new Int32Array(DATA_OFFSET / 4)
  formatRing(words, 65_536)
  words[HEAD_OFFSET / 4] = headBytes
  words[TAIL_OFFSET / 4] = 0
  const folder = join(procFolder, String(pid))
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    join(folder, 'maps'),
    `10000-21000 rw-s 00000000 00:01 ${inode}     /memfd:/tmp/ring-${inode} (deleted)\n`,
  )
  writeFileSync(join(folder, 'mem'), Buffer.concat([Buffer.alloc(address), Buffer.from(words.buffer)]))
}

it('a ring is read through another process when the first one has put another ring in its place', async () => {
  const procFolder = folderOf({})
  putProcess(procFolder, 7, 1, 64)
  putProcess(procFolder, 8, 1, 64)
  using survey = new BusSurvey(procFolder)
  const fills = async () => (await survey.look()).map(({ name, usedBytes, access }) => [name, usedBytes, access]).sort()
  expect(await fills()).toEqual([['/tmp/ring-1', 64, 'read']])
  putProcess(procFolder, 7, 2, 640)
  putProcess(procFolder, 8, 1, 128)
  expect(await fills()).toEqual([
    ['/tmp/ring-1', 128, 'read'],
    ['/tmp/ring-2', 640, 'read'],
  ])
})
