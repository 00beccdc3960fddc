import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, it, onTestFinished } from 'vitest'
import { everyPage } from '../support/docs/page.js'
import { root } from '../support/docs/root.js'

/** What the compiler has to say to these programs, which import the package by its name. */
function complaints(programs: readonly string[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'ringway-docs-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const paths = programs.map((text, at) => {
    const path = join(folder, `block-${at}.mts`)
    writeFileSync(path, text)
    return path
  })
  const program = ts.createProgram(paths, {
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts', 'lib.es2024.sharedmemory.d.ts', 'lib.esnext.disposable.d.ts', 'lib.dom.d.ts'],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
    paths: {
      ringway: [join(root, 'src/index.ts')],
      'ringway/rpc': [join(root, 'src/rpc.ts')],
      'ringway/threads': [join(root, 'src/threads.ts')],
    },
  })
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
}

it('every ts block of every page compiles', () => {
  const blocks = everyPage().flatMap(({ blocks: all }) => all.filter(({ language }) => language === 'ts'))
  expect(blocks.length).toBeGreaterThan(0)
  expect(complaints(blocks.map(({ text }) => text))).toEqual([])
})

it('a ts block that is wrong would be found', () => {
  const text = "import { Bus } from 'ringway'\nexport const bus: Promise<string> = Bus.listen('path', 1 << 16)\n"
  expect(complaints([text])).toEqual([expect.stringContaining("is not assignable to type 'Promise<string>'")])
})
