import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { codeFindings, foldersTooMany, lockfileGaps, longFiles, maxLines, textFindings } from './house-rules.js'
import { everyTextFile, sourcesIn, topLevelFolders } from './source-tree.js'

const code = sourcesIn('src', 'ffi', 'test', 'bench')

describe('the project', () => {
  it('has five folders at its top', () => {
    expect(foldersTooMany(topLevelFolders())).toEqual([])
  })

  it(`has no source file of more than ${maxLines} lines`, () => {
    expect(longFiles(code)).toEqual([])
  })

  it('has nothing unfinished, silenced or switched off in its code', () => {
    expect(codeFindings(code)).toEqual([])
  })

  it('names no path and no registry of the machine it was written on', () => {
    expect(textFindings(everyTextFile())).toEqual([])
  })
})

describe('the lockfile', () => {
  it('describes every package that npm ci will ask it for', async () => {
    const text = await readFile(new URL('../../package-lock.json', import.meta.url), 'utf8')
    expect(lockfileGaps(JSON.parse(text))).toEqual([])
  })
})

describe('these checks', () => {
  // In pieces, so that the checks above pass over this file.
  it.each([
    ['// TO' + 'DO: later', 'unfinished'],
    ['const a = b as' + ' any', 'a cast to any'],
    ['// @ts-' + 'ignore', 'a silenced compiler'],
    ['it.' + "only('works')", 'a test that is not run'],
    ['describe.' + "skip('all of it')", 'a test that is not run'],
    ['expect(' + 'true).toBe(true)', 'a test that cannot fail'],
  ])('find %s', (line, what) => {
    expect(codeFindings([{ path: 'src/a.ts', text: `const a = 1\n${line}` }])).toEqual([
      `src/a.ts:2 has ${what}: ${line}`,
    ])
  })

  it.each(['as anything', 'it.skipIf(absent)', 'position'])('let %s pass', (line) => {
    expect(codeFindings([{ path: 'src/a.ts', text: line }])).toEqual([])
  })

  it.each(['cd /' + 'work/main', 'see /' + 'root/.npmrc', "'/" + "home/someone/ringway'"])(
    'find the path in %s',
    (line) => {
      expect(textFindings([{ path: 'docs/a.md', text: line }])).toEqual([
        `docs/a.md:1 has a path of one machine: ${line}`,
      ])
    },
  )

  it('find the address of a registry in the lockfile', () => {
    const text = '"resolved": ' + '"https://registry.example/koffi.tgz"'
    expect(textFindings([{ path: 'package-lock.json', text }])).toHaveLength(1)
  })

  it.each(['src/work/main.ts', 'https://example.org/root/x', './home/a'])('let %s pass', (text) => {
    expect(textFindings([{ path: 'docs/a.md', text }])).toEqual([])
  })

  it('find a file that is one line too long', () => {
    const text = 'x\n'.repeat(maxLines)
    expect(longFiles([{ path: 'src/a.ts', text }])).toEqual([])
    expect(longFiles([{ path: 'src/a.ts', text: `${text}x\n` }])).toEqual([`src/a.ts has ${maxLines + 1} lines`])
  })

  it('find a package for another system that the lockfile leaves out', () => {
    const koffi = { optionalDependencies: { 'koffi-linux': '1.0.0', 'koffi-darwin': '1.0.0' } }
    const packages = { 'node_modules/koffi': koffi, 'node_modules/koffi-linux': {} }
    expect(lockfileGaps({ packages })).toEqual(['koffi-darwin'])
  })

  it('find a sixth folder', () => {
    expect(foldersTooMany(['src', 'scripts'])).toEqual(['scripts'])
  })
})
