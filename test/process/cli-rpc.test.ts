import { existsSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type HandlerContext, type RingwayError, RpcServer } from '../../src/rpc.js'
import type { Child } from '../support/child.js'
import { failure, listening, ringway, shell } from '../support/command-line.js'
import { temporaryPath } from '../support/temporary-path.js'

const pricing = fileURLToPath(new URL('../../.build/test/process/children/served-pricing.js', import.meta.url))

async function serving(...options: readonly string[]) {
  const path = temporaryPath()
  const server = ringway('serve', path, pricing, ...options)
  await listening(path)
  return { path, server }
}

const call = (path: string, ...args: readonly string[]) => ringway('call', path, ...args).exited
const printed = (stdout: string) => ({ code: 0, signal: null, stdout, stderr: '' })

describe('ringway serve and call', () => {
  it('answer by name and by type, with functions and with a decorated class', async () => {
    const { path } = await serving()
    expect(await call(path, 'add', '{"a": 1, "b": 2}')).toEqual(printed('3\n'))
    expect(await call(path, '7', '{"count":5}')).toEqual(printed('15\n'))
    expect(await call(path, '0x7', '{"count":5}')).toEqual(printed('15\n'))
    expect(await call(path, 'nothing')).toEqual(printed(''))
  })

  it('carry bytes as they are with --raw', async () => {
    const { path } = await serving()
    expect(await call(path, '8', 'abc', '--raw')).toEqual(printed('cba'))
    const piped = shell('printf "a\\nb" | ringway call "$1" 8 - --raw', [path])
    expect(await piped.exited).toEqual(printed('b\na'))
  })

  it('take the request from stdin', async () => {
    const { path } = await serving()
    const child = ringway('call', path, 'add', '-')
    child.process.stdin.end('{"a": 1,\n"b": 40}')
    expect(await child.exited).toEqual(printed('41\n'))
  })

  it('print a stream a line each, and end it when nobody reads any more', async () => {
    const { path } = await serving()
    expect(await call(path, 'upTo', '3', '--stream')).toEqual(printed('1\n2\n3\n'))
    const piped = shell('{ ringway call "$1" upTo 1e9 --stream; echo "code $?" >&2; } | head -n 2', [path])
    expect(await piped.exited).toEqual({ code: 0, signal: null, stdout: '1\n2\n', stderr: 'code 0\n' })
  })

  it('serve many clients, and leave no socket when they are stopped', async () => {
    const { path, server } = await serving()
    const answers = await Promise.all(
      Array.from({ length: 4 }, (_, a) => call(path, 'add', JSON.stringify({ a, b: 1 }))),
    )
    expect(answers.map(({ stdout }) => stdout)).toEqual(['1\n', '2\n', '3\n', '4\n'])
    server.kill('SIGINT')
    expect(await server.exited).toEqual({ code: 130, signal: null, stdout: '', stderr: '' })
    expect(existsSync(path)).toBe(false)
  })

  it('wait for a server that is yet to start', async () => {
    const path = temporaryPath()
    const child = ringway('call', path, 'add', '{"a":1,"b":1}', '--wait', '20000')
    ringway('serve', path, pricing)
    expect(await child.exited).toEqual(printed('2\n'))
  })
})

describe('ringway call', () => {
  it.each([
    ['a handler that throws', ['fail'], 'ERR_RINGWAY_RPC_HANDLER_FAILED'],
    ['a method that is not there', ['absent'], 'ERR_RINGWAY_RPC_UNKNOWN_METHOD'],
    ['a type that is not there', ['9'], 'ERR_RINGWAY_RPC_UNKNOWN_TYPE'],
    ['an answer that takes too long', ['forever', '--timeout', '50'], 'ERR_RINGWAY_TIMEOUT'],
    ['a stream that is called', ['upTo', '3'], 'ERR_RINGWAY_RPC_PROTOCOL'],
    ['a call that is streamed', ['add', '{"a":1,"b":1}', '--stream'], 'ERR_RINGWAY_RPC_PROTOCOL'],
    ['bytes that are no JSON', ['8', '"a'], 'ERR_RINGWAY_INVALID_ARGUMENT'],
  ])('tells of %s in one line', async (_what, args, code) => {
    const { path } = await serving()
    const result = await call(path, ...args)
    expect(result).toMatchObject({ code: code.endsWith('ARGUMENT') ? 2 : 1, stdout: '' })
    expect(result.stderr).toMatch(failure(code))
  })

  it('tells of an answer that is no JSON', async () => {
    const path = temporaryPath()
    const server = await RpcServer.listen(path, { 1: () => Buffer.from('{') })
    onTestFinished(() => server.close())
    const { code, stderr } = await call(path, '1')
    expect(code).toBe(1)
    expect(stderr).toMatch(failure('ERR_RINGWAY_RPC_NOT_SERIALISABLE'))
  })

  it('fails where nobody serves', async () => {
    const { code, stderr } = await call(temporaryPath(), 'add')
    expect(code).toBe(1)
    expect(stderr).toMatch(failure('ERR_RINGWAY_NO_LISTENER'))
  })

  it('fails when the server is killed', async () => {
    const { path, server } = await serving()
    const child = ringway('call', path, 'upTo', '1e9', '--stream')
    await child.line('2')
    server.kill('SIGKILL')
    const { code, stderr } = await child.exited
    expect(code).toBe(1)
    expect(stderr).toMatch(failure('ERR_RINGWAY_PEER_DEAD'))
  })

  it('is stopped by Ctrl-C while it waits', async () => {
    const path = temporaryPath()
    let child: Child | undefined
    const forever = () => {
      child?.kill('SIGINT')
      return new Promise<never>(() => undefined)
    }
    const server = await RpcServer.listen(path, { forever })
    onTestFinished(() => server.close())
    child = ringway('call', path, 'forever')
    expect(await child.exited).toEqual({ code: 130, signal: null, stdout: '', stderr: '' })
  })

  it('ends the handler of its stream when it is killed', async () => {
    const path = temporaryPath()
    const ended = new Promise<unknown>((resolve) => {
      const endless = async function* (_request: unknown, { signal }: HandlerContext) {
        try {
          for (let at = 1; ; at++) yield at
        } finally {
          resolve((signal.reason as RingwayError).code)
        }
      }
      void RpcServer.listen(path, { endless }).then((server) => onTestFinished(() => server.close()))
    })
    const child = ringway('call', path, 'endless', '--stream', '--wait', '20000')
    await child.line('100')
    child.kill('SIGKILL')
    expect(await ended).toBe('ERR_RINGWAY_PEER_DEAD')
  })

  it.each([
    [[]],
    [['path']],
    [['path', '']],
    [['path', '65535']],
    [['path', 'add', '1', 'more']],
    [['path', 'add', '--timeout', 'soon']],
    [['', 'add']],
    [['path', 'add', '{']],
  ])('refuses %j as wrong usage', async (args) => {
    const { code, stdout, stderr } = await ringway('call', ...args).exited
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^ringway: /)
  })
})

describe('ringway serve', () => {
  it.each([
    ['exports nothing that answers', 'export const a = 1', 2, 'ERR_RINGWAY_INVALID_ARGUMENT'],
    ['throws', "throw new RangeError('no')", 1, 'RangeError'],
    ['is no JavaScript', 'export {', 1, 'SyntaxError'],
  ])('fails on a module that %s', async (_what, text, code, label) => {
    const module = temporaryPath('module.mjs')
    writeFileSync(module, text)
    const path = temporaryPath()
    const result = await ringway('serve', path, module).exited
    expect(result).toMatchObject({ code, stdout: '' })
    expect(result.stderr).toMatch(failure(label))
    expect(existsSync(path)).toBe(false)
  })

  it('fails on a module that is not there, and on a path that is taken', async () => {
    expect((await ringway('serve', temporaryPath(), './absent.mjs').exited).stderr).toMatch(
      failure('ERR_MODULE_NOT_FOUND'),
    )
    const { path } = await serving()
    const second = await ringway('serve', path, pricing).exited
    expect(second.code).toBe(1)
    expect(second.stderr).toMatch(failure('ERR_RINGWAY_PATH_IN_USE'))
    expect(await call(path, 'nothing')).toEqual(printed(''))
  })

  it.each([
    [[]],
    [['path']],
    [['path', 'module', 'more']],
    [['path', 'm', '--capacity', '1k5']],
    [['path', pricing, '--capacity', '1000']],
  ])('refuses %j as wrong usage', async (args) => {
    const { code, stdout, stderr } = await ringway('serve', ...args).exited
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^ringway: /)
  })
})
