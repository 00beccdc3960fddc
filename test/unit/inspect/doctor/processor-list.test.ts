import { describe, expect, it } from 'vitest'
import { processorList } from '../../../../src/inspect/doctor/processor-list.js'

describe('processorList', () => {
  it.each([
    ['0-3,8\n', [0, 1, 2, 3, 8]],
    ['5', [5]],
    ['', []],
    [undefined, []],
    ['3-1', []],
    ['what', []],
  ])('reads %j', (text, expected) => {
    expect(processorList(text)).toEqual(expected)
  })
})
