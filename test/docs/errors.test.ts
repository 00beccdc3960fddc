import { expect, it } from 'vitest'
import { ErrorCode } from '../../src/errors.js'
import { readPage } from '../support/docs/page.js'

const { text } = readPage('docs/errors.md')
const rows = [...text.matchAll(/^\| `(ERR_RINGWAY_\w+)` \|(.*)\|(.*)\|$/gm)].map(([, code, when, remedy]) => ({
  code,
  when: when?.trim() ?? '',
  remedy: remedy?.trim() ?? '',
}))

it('docs/errors.md has a row for each code, and a code for each row', () => {
  expect(rows.map(({ code }) => code).sort()).toEqual(Object.values(ErrorCode).sort())
})

it('each row says when the error occurs and what to do', () => {
  expect(rows.filter(({ when, remedy }) => when.length < 10 || remedy.length < 10)).toEqual([])
})

it('every code that any page names exists', () => {
  const pages = [
    'README.md',
    'docs/abi.md',
    'docs/foreign-peers.md',
    'docs/architecture.md',
    'docs/guide/calls.md',
    'docs/protocol.md',
  ].map(readPage)
  const named = pages.flatMap((page) => page.text.match(/ERR_RINGWAY_[A-Z_]+/g) ?? [])
  expect(named.filter((code) => !(Object.values(ErrorCode) as string[]).includes(code))).toEqual([])
})
