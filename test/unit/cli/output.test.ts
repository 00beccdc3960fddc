import { closeSync, openSync, readFileSync } from 'node:fs'
import { Writable } from 'node:stream'
import { describe, expect, it, onTestFinished } from 'vitest'
import { FileOutput, OutputClosed, StreamOutput } from '../../../src/cli/output.js'
import { temporaryPath } from '../../support/temporary-path.js'

const never = new AbortController().signal

/** A stream that finishes each write as told. */
function streamThat(write: (done: (error?: Error) => void) => void): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => write(done) })
}

function failure(code: string): Error {
  return Object.assign(new Error(code), { code })
}

describe('FileOutput', () => {
  it('writes everything, in order', async () => {
    const path = temporaryPath('file')
    const fd = openSync(path, 'wx')
    onTestFinished(() => closeSync(fd))
    const output = new FileOutput(fd)
    const large = Buffer.alloc(3_000_000, 'abc')
    await output.write(Buffer.from('start'))
    await output.write(large)
    expect(readFileSync(path).equals(Buffer.concat([Buffer.from('start'), large]))).toBe(true)
  })

  it('fails when the file does', async () => {
    const fd = openSync('/dev/full', 'w')
    onTestFinished(() => closeSync(fd))
    await expect(new FileOutput(fd).write(Buffer.from('a'))).rejects.toMatchObject({ code: 'ENOSPC' })
  })
})

describe('StreamOutput', () => {
  it('has written when the stream says so, not before', async () => {
    let finish: (() => void) | undefined
    const output = new StreamOutput(
      streamThat((done) => {
        finish = done
      }),
      never,
    )
    let written = false
    const writing = output.write(Buffer.from('a')).then(() => {
      written = true
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect(written).toBe(false)
    finish?.()
    await writing
  })

  it.each(['EPIPE', 'ECONNRESET'])('says that the reader has left on %s, then and ever after', async (code) => {
    const output = new StreamOutput(
      streamThat((done) => done(failure(code))),
      never,
    )
    await expect(output.write(Buffer.from('a'))).rejects.toThrow(OutputClosed)
    await expect(output.write(Buffer.from('b'))).rejects.toThrow(OutputClosed)
  })

  it('passes other failures on', async () => {
    const output = new StreamOutput(
      streamThat((done) => done(failure('EIO'))),
      never,
    )
    await expect(output.write(Buffer.from('a'))).rejects.toMatchObject({ code: 'EIO' })
  })

  it('waits for a reader no longer than until it is told to stop', async () => {
    const controller = new AbortController()
    const output = new StreamOutput(
      streamThat(() => undefined),
      controller.signal,
    )
    const writing = output.write(Buffer.from('a'))
    controller.abort(new Error('stop'))
    await expect(writing).rejects.toThrow('stop')
  })

  it('still gives the stream what comes after that', async () => {
    let taken = 0
    const output = new StreamOutput(
      streamThat((done) => {
        taken++
        done()
      }),
      AbortSignal.abort(new Error('stop')),
    )
    await expect(output.write(Buffer.from('a'))).rejects.toThrow('stop')
    expect(taken).toBe(1)
  })
})
