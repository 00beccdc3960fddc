import { describe, expect, it } from 'vitest'
import { acceptUnix, connectUnix, type FileDescriptor, listenUnix, sendNow } from '../../../ffi/index.js'
import { runAsync, runSync } from '../../../src/transport/run-steps.js'
import { now, type Steps } from '../../../src/transport/steps.js'
import { expectNothingLeft } from '../../support/transport/leaks.js'
import { socketPath } from '../../support/transport/socket-folder.js'

const badDescriptor = 1_000_000

function* pause(ms: number): Steps<string> {
  yield { untilMs: now() + ms }
  return 'rested'
}

function* failing(): Steps<never> {
  yield { untilMs: now() }
  throw new RangeError('no')
}

/** Notes how it ended, and takes another step while it cleans up. */
function* careful(notes: string[], wait: { fd?: number; untilMs: number }): Steps<string> {
  try {
    yield wait
    return 'done'
  } finally {
    yield { untilMs: now() + 1 }
    notes.push('cleaned up')
  }
}

function socketPair(): { ours: FileDescriptor; theirs: FileDescriptor } {
  const path = socketPath()
  using listener = listenUnix(path, 1)
  const ours = connectUnix(path) as FileDescriptor
  return { ours, theirs: acceptUnix(listener.fd) as FileDescriptor }
}

describe.each([
  ['on this thread', async <Result>(steps: Steps<Result>) => runSync(steps)],
  ['from the event loop', <Result>(steps: Steps<Result>) => runAsync(steps)],
  ['from the event loop in the background', background],
])('steps run %s', (_, run) => {
  it('give their result after a pause that was long enough', async () => {
    const startMs = now()
    expect(await run(pause(5))).toBe('rested')
    expect(now() - startMs).toBeGreaterThanOrEqual(5)
  })

  it('give their error', async () => {
    await expect(run(failing())).rejects.toThrow(new RangeError('no'))
  })

  it('go on when the descriptor is readable, long before the time is over', async () => {
    expectNothingLeft()
    const { ours, theirs } = socketPair()
    sendNow(theirs.fd, Uint8Array.of(1))
    expect(await run(careful([], { fd: ours.fd, untilMs: now() + 1e9 }))).toBe('done')
    ours.close()
    theirs.close()
  })

  it('go on when the time is over and the descriptor is silent', async () => {
    expectNothingLeft()
    const { ours, theirs } = socketPair()
    expect(await run(careful([], { fd: ours.fd, untilMs: now() + 5 }))).toBe('done')
    ours.close()
    theirs.close()
  })

  it('clean up, and take the steps of that, when a poll goes wrong', async () => {
    const notes: string[] = []
    const running = run(careful(notes, { fd: badDescriptor, untilMs: now() + 1e9 }))
    await expect(running).rejects.toMatchObject({ code: 'EBADF' })
    expect(notes).toEqual(['cleaned up'])
  })
})

/** Something else keeps the loop alive, as whatever awaits does in earnest. */
async function background<Result>(steps: Steps<Result>): Promise<Result> {
  const alive = setInterval(() => {}, 1000)
  try {
    return await runAsync(steps, { keepAlive: false })
  } finally {
    clearInterval(alive)
  }
}

describe('aborting steps', () => {
  it('before they start keeps them from starting', async () => {
    const notes: string[] = []
    const steps = careful(notes, { untilMs: now() })
    await expect(runAsync(steps, { signal: AbortSignal.abort('early') })).rejects.toBe('early')
    expect(notes).toEqual([])
  })

  it('while they wait rejects with the reason, after they have cleaned up', async () => {
    const notes: string[] = []
    const abort = new AbortController()
    const running = runAsync(careful(notes, { untilMs: now() + 1e9 }), { signal: abort.signal })
    setTimeout(() => abort.abort(new RangeError('enough')), 2)
    await expect(running).rejects.toThrow(new RangeError('enough'))
    expect(notes).toEqual(['cleaned up'])
  })

  it('from inside a step works the same', async () => {
    const notes: string[] = []
    const abort = new AbortController()
    function* abortingThemselves(): Steps<string> {
      abort.abort('from inside')
      return yield* careful(notes, { untilMs: now() + 1e9 })
    }
    await expect(runAsync(abortingThemselves(), { signal: abort.signal })).rejects.toBe('from inside')
    expect(notes).toEqual(['cleaned up'])
  })

  it('that rest for ever works the same', async () => {
    const notes: string[] = []
    const abort = new AbortController()
    const running = runAsync(careful(notes, { untilMs: Number.POSITIVE_INFINITY }), { signal: abort.signal })
    setTimeout(() => abort.abort('enough'), 10)
    await expect(running).rejects.toBe('enough')
    expect(notes).toEqual(['cleaned up'])
  })

  it('after the end does nothing', async () => {
    const abort = new AbortController()
    expect(await runAsync(pause(1), { signal: abort.signal })).toBe('rested')
    abort.abort()
  })
})
