import { describe, expect, it } from 'vitest'
import { ErrorCode } from '../../../src/errors.js'
import { CallOrder } from '../../../src/rpc/call-order.js'
import { OrderedReplies } from '../../../src/rpc/ordered-replies.js'
import { ReplyOrder } from '../../../src/rpc/reply-order.js'

function orderOf(...ids: number[]) {
  const failed: number[] = []
  const order = new ReplyOrder((id, error) => {
    expect(error.code).toBe(ErrorCode.rpcProtocol)
    failed.push(id)
  })
  for (const id of ids) order.sent(id)
  return { order, failed }
}

describe('the order of a foreign callee', () => {
  it('lets replies through that come in the order of the calls', () => {
    const { order, failed } = orderOf(1, 2, 3)
    expect([1, 2, 3].map((id) => order.answered(id))).toEqual([true, true, true])
    expect(failed).toEqual([])
  })

  it.each([[99], [0], [2n ** 60n]])('costs the call whose turn it was when id %d comes, and no other', (id) => {
    const { order, failed } = orderOf(1, 2)
    expect(order.answered(id)).toBe(false)
    expect(failed).toEqual([1])
    expect(order.answered(2)).toBe(true)
  })

  it('fails the calls that were passed over, and drops their late replies', () => {
    const { order, failed } = orderOf(1, 2, 3, 4)
    expect(order.answered(3)).toBe(true)
    expect(failed).toEqual([1, 2])
    expect(order.answered(1)).toBe(false)
    expect(order.answered(2)).toBe(false)
    expect(order.answered(4)).toBe(true)
    expect(failed).toEqual([1, 2])
  })

  it('drops a reply when no call is open', () => {
    const { order, failed } = orderOf()
    expect(order.answered(1)).toBe(false)
    expect(failed).toEqual([])
  })

  it('does not wait for calls that were never sent', () => {
    const { order } = orderOf(1, 2)
    order.remove(1)
    expect(order.next).toBe(2)
  })

  it('forgets what is over', () => {
    const order = new CallOrder()
    for (let id = 1; id <= 5000; id++) {
      order.push(id)
      order.push(-id)
      expect(order.shift()).toBeDefined()
    }
    expect(order.has(1)).toBe(false)
    expect(order.next).toBe(2501)
    order.unshift(7)
    expect(order.next).toBe(7)
  })
})

describe('replies to a foreign caller', () => {
  const bytes = new Uint8Array(0)

  it('wait for the replies to earlier calls', () => {
    const posted: unknown[] = []
    const replies = new OrderedReplies(65536, (_body, typeId, id) => posted.push([id, typeId]))
    for (const id of [1, 2, 3, 4]) replies.expect(id)
    replies.answer(bytes, 30, 3)
    replies.answer(bytes, 20, 2)
    expect(posted).toEqual([])
    expect([replies.isNext(1), replies.isNext(2)]).toEqual([true, false])
    replies.answer(bytes, 10, 1)
    expect(posted).toEqual([
      [1, 10],
      [2, 20],
      [3, 30],
    ])
    replies.skip()
    replies.answer(bytes, 40, 4)
    expect(posted).toHaveLength(3)
  })
})
