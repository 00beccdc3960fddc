import { afterEach, describe, expect, it, vi } from 'vitest'
import { abortOnStopSignals, Interruption } from '../../../src/cli/interruption.js'

const before = new Map((['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((name) => [name, process.listeners(name)]))

afterEach(() => {
  for (const [name, kept] of before) {
    for (const listener of process.listeners(name)) if (!kept.includes(listener)) process.off(name, listener)
  }
  vi.restoreAllMocks()
})

describe('abortOnStopSignals', () => {
  it('aborts on the first signal, and ends the process on the second', () => {
    const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never)
    const signal = abortOnStopSignals()
    expect(signal.aborted).toBe(false)
    process.emit('SIGTERM', 'SIGTERM')
    expect(signal.reason).toBeInstanceOf(Interruption)
    expect(signal.reason).toMatchObject({ exitCode: 143 })
    expect(exit).not.toHaveBeenCalled()
    process.emit('SIGINT', 'SIGINT')
    expect(exit).toHaveBeenCalledWith(130)
    expect(signal.reason).toMatchObject({ exitCode: 143 })
  })
})
