import { describe, expect, it } from 'vitest'
import type { Variant } from '../../litmus/litmus.js'
import { isUnfinished, judge, sumOf, total } from '../../litmus/verdict.js'

const claim: Variant = { name: 'a', kind: 'claim', errors: ['stale', 'torn'], needs: ['fresh'], atLeast: 5 }
const control: Variant = { name: 'b', kind: 'control', errors: ['lost'], mustShowOn: ['x64'] }
const note: Variant = { name: 'c', kind: 'note', errors: ['wrong'] }
const finished = (counts: Record<string, number>) => ({ kind: 'finished', counts }) as const
const died = { kind: 'died', how: 'SIGSEGV' } as const

describe('judge', () => {
  it.each([
    ['without an error', { fresh: 5, stale: 0 }, false, 'held'],
    ['with one error among millions', { fresh: 5_000_000, torn: 1 }, true, 'BROKEN'],
    ['that was hardly tried', { fresh: 4, stale: 0 }, true, 'TOO FEW to say: fresh not even 5 times'],
    ['of which nothing ran', { fresh: 0, stale: 0 }, true, 'NOTHING RAN'],
  ])('of a claim %s', (_, counts, failed, text) => {
    expect(judge(claim, finished(counts), 'x64')).toEqual({ failed, text })
  })

  it('fails a claim whose process died', () => {
    expect(judge(claim, died, 'x64')).toEqual({ failed: true, text: 'DIED: SIGSEGV' })
  })

  it('passes a control that shows its error', () => {
    expect(judge(control, finished({ slept: 9, lost: 1 }), 'x64')).toMatchObject({ failed: false })
  })

  it('fails a control that does not show its error where it must', () => {
    expect(judge(control, finished({ slept: 9, lost: 0 }), 'x64')).toMatchObject({ failed: true })
  })

  it('only tells so of one on another processor', () => {
    expect(judge(control, finished({ slept: 9, lost: 0 }), 'arm64')).toEqual({ failed: false, text: 'not seen here' })
  })

  it('fails a control that died, for it has shown nothing', () => {
    expect(judge(control, died, 'x64')).toMatchObject({ failed: true })
  })

  it.each([
    [finished({ sensible: 3, wrong: 2 }), 'seen'],
    [finished({ sensible: 3, wrong: 0 }), 'not seen here'],
    [died, 'died: SIGSEGV'],
  ])('never fails a note', (ending, text) => {
    expect(judge(note, ending, 'x64')).toEqual({ failed: false, text })
  })

  it('tells what a machine lacks, and fails nothing for it', () => {
    const absent = { kind: 'absent', what: 'no futex_waitv' } as const
    expect(judge(claim, absent, 'x64')).toEqual({ failed: false, text: 'not run: no futex_waitv' })
  })
})

describe('isUnfinished', () => {
  it('asks for a longer try of a claim that was hardly tried, and of a control that has not shown its error', () => {
    expect(isUnfinished(claim, finished({ fresh: 1 }), 'x64')).toBe(true)
    expect(isUnfinished(control, finished({ slept: 1 }), 'x64')).toBe(true)
  })

  it('asks for none of a broken claim, which a longer try would not mend', () => {
    expect(isUnfinished(claim, finished({ fresh: 1, stale: 1 }), 'x64')).toBe(false)
  })

  it('asks for none of what passed, died, or is a note', () => {
    expect(isUnfinished(claim, finished({ fresh: 9 }), 'x64')).toBe(false)
    expect(isUnfinished(claim, died, 'x64')).toBe(false)
    expect(isUnfinished(note, finished({ wrong: 0 }), 'x64')).toBe(false)
  })
})

describe('counts', () => {
  it('of several sides are added up by name', () => {
    expect(sumOf([{ seen: 1, lost: 0 }, { seen: 2 }, {}])).toEqual({ seen: 3, lost: 0 })
  })

  it('are totalled over all names, or over some', () => {
    expect(total({ a: 1, b: 2, c: 4 })).toBe(7)
    expect(total({ a: 1, b: 2, c: 4 }, ['a', 'c', 'd'])).toBe(5)
  })
})
