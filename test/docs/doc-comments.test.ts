import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { root } from '../support/docs/root.js'
import { undocumented } from '../support/docs/undocumented.js'

describe('the public surface', () => {
  it.each(['src/index.ts', 'src/rpc.ts', 'src/threads.ts'])('of %s has a doc comment on everything', (path) => {
    expect(undocumented(join(root, path))).toEqual([])
  })

  it('would be found to lack one', () => {
    const sources: Record<string, string> = {
      '/a.ts': '/** A. */\nexport class A {\n  b = 1\n  /** C. */\n  c(): void {}\n  #d = 2\n}\nexport const e = 3\n',
    }
    const host: ts.CompilerHost = {
      ...ts.createCompilerHost({}),
      fileExists: (name) => name in sources,
      readFile: (name) => sources[name],
      getSourceFile: (name) => {
        const text = sources[name]
        return text === undefined ? undefined : ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true)
      },
    }
    expect(undocumented('/a.ts', host)).toEqual(['A.b', 'e'])
  })
})
