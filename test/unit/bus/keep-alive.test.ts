import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { KeepAlive } from '../../../src/bus/keep-alive.js'

/** Timers that keep this process alive now. */
function heldTimers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
}

describe('KeepAlive', () => {
  let before = 0
  let keepAlive = new KeepAlive()
  beforeEach(() => {
    before = heldTimers()
    keepAlive = new KeepAlive()
  })
  afterEach(() => keepAlive.dispose())
  const held = () => heldTimers() - before

  it('holds nothing at first', () => {
    expect(held()).toBe(0)
  })

  it('holds while it is told to', () => {
    keepAlive.hold()
    expect(held()).toBe(1)
    keepAlive.drop()
    expect(held()).toBe(0)
  })

  it('holds one timer, however often it is told', () => {
    keepAlive.hold()
    keepAlive.hold()
    keepAlive.drop()
    expect(held()).toBe(0)
  })

  it('holds nothing while that is not allowed, and again once it is', () => {
    keepAlive.allow(false)
    keepAlive.hold()
    expect(held()).toBe(0)
    keepAlive.allow(true)
    expect(held()).toBe(1)
    keepAlive.allow(false)
    expect(held()).toBe(0)
  })

  it('holds nothing once it is disposed of', () => {
    keepAlive.hold()
    keepAlive.dispose()
    expect(held()).toBe(0)
  })

  it('holds nothing for ref() after the end', () => {
    keepAlive.hold()
    keepAlive.dispose()
    keepAlive.allow(true)
    expect(held()).toBe(0)
  })
})
