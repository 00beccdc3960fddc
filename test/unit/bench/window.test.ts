import { expect, it } from 'vitest'
import { creditsFor, windowOf } from '../../../bench/tasks/window.js'

it.each([
  [32, { messages: 4096, messagesPerCredit: 1024 }],
  [128 * 1024, { messages: 32, messagesPerCredit: 8 }],
  [1 << 20, { messages: 4, messagesPerCredit: 1 }],
  [1 << 26, { messages: 4, messagesPerCredit: 1 }],
])('the window for messages of %i bytes is %j', (sizeBytes, window) => {
  expect(windowOf(sizeBytes)).toEqual(window)
})

it.each([1, 3, 4, 5, 8, 9, 40, 41])(
  'a sender who waits for its credits gets %i messages through, and no credit is left',
  (count) => {
    const window = windowOf(1 << 18)
    let [sent, received, credits, mostUnderWay] = [0, 0, 0, 0]
    while (received < count) {
      while (sent < Math.min(count, window.messages + credits * window.messagesPerCredit)) sent++
      mostUnderWay = Math.max(mostUnderWay, sent - received)
      received++
      if (received < count && received % window.messagesPerCredit === 0) credits++
    }
    expect(credits).toBe(creditsFor(count, window))
    expect(mostUnderWay).toBeLessThanOrEqual(window.messages)
  },
)
