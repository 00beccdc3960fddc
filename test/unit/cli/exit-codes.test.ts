import { CommanderError, InvalidArgumentError } from 'commander'
import { describe, expect, it } from 'vitest'
import { exitCodeOf } from '../../../src/cli/exit-codes.js'
import { describeError, failureLine } from '../../../src/cli/failure-line.js'
import { Interruption } from '../../../src/cli/interruption.js'
import { OutputClosed } from '../../../src/cli/output.js'
import { ErrorCode, PeerDeadError, RingwayError, TimeoutError } from '../../../src/errors.js'

describe('exitCodeOf', () => {
  it.each([
    ['Ctrl-C', new Interruption('SIGINT'), 130],
    ['SIGTERM', new Interruption('SIGTERM'), 143],
    ['SIGHUP', new Interruption('SIGHUP'), 129],
    ['a reader that left', new OutputClosed('stdout is closed'), 0],
    ['help that was asked for', new CommanderError(0, 'commander.helpDisplayed', ''), 0],
    ['help that was not', new CommanderError(1, 'commander.help', ''), 2],
    ['a wrong option', new CommanderError(1, 'commander.unknownOption', ''), 2],
    ['a wrong value', new InvalidArgumentError('no'), 2],
    ['a wrong capacity', new RingwayError(ErrorCode.invalidCapacity, ''), 2],
    ['a wrong argument', new RingwayError(ErrorCode.invalidArgument, ''), 2],
    ['a path that is too long', new RingwayError(ErrorCode.pathTooLong, ''), 2],
    ['a peer that died', new PeerDeadError(''), 1],
    ['a time-out', new TimeoutError(''), 1],
    ['any other error', new Error('no'), 1],
    ['what is no error', 'no', 1],
  ])('of %s', (_what, error, code) => {
    expect(exitCodeOf(error)).toBe(code)
  })
})

describe('failureLine', () => {
  it('is the code and the message', () => {
    expect(failureLine(new PeerDeadError('The peer (pid 7) died'))).toBe(
      'ringway: ERR_RINGWAY_PEER_DEAD: The peer (pid 7) died\n',
    )
  })

  it("does not repeat the code of Node's own errors", () => {
    const error = Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT' })
    expect(failureLine(error)).toBe('ringway: ENOENT: no such file\n')
  })

  it('names errors that have no code', () => {
    expect(describeError(new RangeError('far off'))).toBe('RangeError: far off')
    expect(describeError('odd')).toBe('Error: odd')
  })

  it('stays one line, and one that does not steer a terminal', () => {
    expect(describeError(new Error('a path\n\u001b[2Jwith a line end'))).toBe('Error: a path [2Jwith a line end')
  })

  it.each([
    ['a stop signal', new Interruption('SIGINT')],
    ['a reader that left', new OutputClosed('stdout is closed')],
    ['what commander has said', new CommanderError(1, 'commander.unknownOption', 'error: no')],
  ])('is silent about %s', (_what, error) => {
    expect(failureLine(error)).toBeUndefined()
  })
})
