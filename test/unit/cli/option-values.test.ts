import { InvalidArgumentError } from 'commander'
import { describe, expect, it } from 'vitest'
import {
  callTargetArgument,
  countOption,
  millisecondsOption,
  sizeOption,
  typeIdOption,
} from '../../../src/cli/option-values.js'

describe('the value of an option', () => {
  it.each([
    [sizeOption, '1', 1],
    [sizeOption, '64KiB', 65_536],
    [countOption, '1', 1],
    [countOption, '9007199254740991', Number.MAX_SAFE_INTEGER],
    [millisecondsOption, '0', 0],
    [millisecondsOption, '2147483647', 0x7fff_ffff],
    [typeIdOption, '0', 0],
    [typeIdOption, '0xFFFFFFFF', 0xffff_ffff],
    [typeIdOption, '4294967295', 0xffff_ffff],
    [callTargetArgument, '7', 7],
    [callTargetArgument, '0xFFFE', 0xfffe],
    [callTargetArgument, 'add', 'add'],
    [callTargetArgument, '7th', '7th'],
  ])('is read by %o from %s', (option, text, value) => {
    expect(option(text)).toBe(value)
  })

  it.each([
    [sizeOption, '0'],
    [sizeOption, 'big'],
    [countOption, '0'],
    [countOption, '1.5'],
    [countOption, ''],
    [countOption, '1e3'],
    [countOption, '9007199254740993'],
    [millisecondsOption, '-1'],
    [millisecondsOption, '2147483648'],
    [millisecondsOption, '1s'],
    [typeIdOption, '4294967296'],
    [typeIdOption, '0b1'],
    [typeIdOption, ' 7'],
    [typeIdOption, 'Infinity'],
    [callTargetArgument, ''],
    [callTargetArgument, '65535'],
    [callTargetArgument, '0x10000'],
  ])('is refused by %o: %j', (option, text) => {
    expect(() => option(text)).toThrow(InvalidArgumentError)
  })
})
