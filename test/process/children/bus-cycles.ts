// Opens and closes buses, both ends in this process, and prints what is left of them. Arguments: folder, cycles.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Bus, ThreadBus } from '../../../src/index.js'

const [folder = '', cycles = ''] = process.argv.slice(2)
const collect = (globalThis as { gc?: () => void }).gc

async function cycle(index: number): Promise<void> {
  const path = `${folder}/bus-${index % 7}`
  const [rx, tx] = await Promise.all([Bus.listen(path, 4096), Bus.connect(path, { waitForListenerMs: 10_000 })])
  await tx.send(Uint8Array.of(index))
  const received = await rx.recv()
  if (received?.data[0] !== index % 256) throw new Error(`cycle ${index}: ${received?.data[0]}`)
  // Every other time while somebody waits.
  const waiting = index % 2 === 0 ? rx.recv().catch(() => undefined) : undefined
  if (index % 4 === 0) rx.close()
  tx.close()
  rx.close()
  await waiting
  if (existsSync(path)) throw new Error(`cycle ${index} left its socket behind`)

  const buffer = ThreadBus.allocate(256)
  const pair = [new ThreadBus(buffer, 'producer'), new ThreadBus(buffer, 'consumer')]
  for (const bus of pair) bus.close()
}

async function left() {
  for (let round = 0; round < 5; round++) {
    collect?.()
    await sleep(5)
  }
  return {
    descriptors: readdirSync('/proc/self/fd').length,
    threads: readdirSync('/proc/self/task').length,
    rings: readFileSync('/proc/self/maps', 'utf8')
      .split('\n')
      .filter((line) => line.includes('memfd:')).length,
    ranges: readFileSync('/proc/self/maps', 'utf8').split('\n').length,
    files: readdirSync(folder).length,
    timers: process.getActiveResourcesInfo().filter((name) => name === 'Timeout' || name === 'Immediate').length,
  }
}

for (let index = 0; index < 50; index++) await cycle(index)
const before = await left()
for (let index = 0; index < Number(cycles); index++) await cycle(index)
const after = await left()
console.log(JSON.stringify({ before, after }))
