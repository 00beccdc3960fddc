import { describe, expect, it } from 'vitest'
import { HotWindow } from '../../../src/bus/hot-window.js'

/** How long the window is that opens at 0, in steps of a microsecond. */
function lengthUs(window: HotWindow): number {
  window.open(0)
  let us = 0
  while (us < 1000 && window.isOpen(us / 1000)) us++
  return us
}

describe('a HotWindow', () => {
  it('is open for as long as it was told', () => {
    expect(lengthUs(new HotWindow(50))).toBe(50)
  })

  it('halves with each window that ended in vain, down to none', () => {
    const window = new HotWindow(50)
    const lengths: number[] = []
    for (let miss = 0; miss < 5; miss++) {
      window.miss(0)
      lengths.push(lengthUs(window))
    }
    expect(lengths).toEqual([25, 13, 7, 0, 0])
  })

  it('is as long as ever after a message came while it was open', () => {
    const window = new HotWindow(50)
    window.miss(0)
    window.hit()
    expect(lengthUs(window)).toBe(50)
  })

  it('is as long as ever after a sleep that a longer look would have saved', () => {
    const window = new HotWindow(50)
    for (let miss = 0; miss < 5; miss++) window.miss(10)
    window.woken(10.1)
    expect(window.isOpen(10.14)).toBe(true)
    expect(lengthUs(window)).toBe(50)
  })

  it('takes ever more short sleeps to be as long as ever when that was in vain each time', () => {
    const window = new HotWindow(50)
    const sleeps: number[] = []
    for (let restored = 0; restored < 9; restored++) {
      for (let miss = 0; miss < 5; miss++) window.miss(10)
      let slept = 0
      do {
        window.woken(10.1)
        slept++
      } while (!window.isOpen(10.14))
      sleeps.push(slept)
    }
    expect(sleeps).toEqual([1, 2, 4, 8, 16, 32, 64, 64, 64])
    window.hit()
    for (let miss = 0; miss < 5; miss++) window.miss(10)
    window.woken(10.1)
    expect(window.isOpen(10.14)).toBe(true)
  })

  it('stays short after a long sleep', () => {
    const window = new HotWindow(50)
    for (let miss = 0; miss < 5; miss++) window.miss(10)
    window.woken(20)
    expect(window.isOpen(20)).toBe(false)
  })

  it('never opens with 0 microseconds', () => {
    const window = new HotWindow(0)
    window.woken(0)
    expect(lengthUs(window)).toBe(0)
  })
})
