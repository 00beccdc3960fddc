import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { bundlePackage } from '../../esbuild.config.mjs'
import { readPage, runPages } from '../support/docs/page.js'
import { broken, follow } from '../support/docs/reader-folder.js'
import { root } from '../support/docs/root.js'
import { fileNameOf, isForDevelopment, needsPython, type Step, stepsOf } from '../support/docs/steps.js'

/** Guides, and where the programs lie that they show. */
const guides = [
  { page: 'docs/guide/first-ten-minutes.md', folder: 'docs/examples' },
  { page: 'docs/guide/calls.md', folder: 'docs/examples/rpc' },
]

function filesIn(folder: string): string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name)
}

beforeAll(bundlePackage)

describe.each(runPages)('%s', (path) => {
  const page = readPage(path)
  const steps = stepsOf(page)

  it.each(steps.filter((step) => !needsPython(step)))('tells at line $line what can be run', async (step) => {
    expect(broken(step, await follow(step))).toEqual([])
  })

  it('says what each command prints, unless it prints nothing', () => {
    expect(steps.filter(({ prints }) => prints === undefined)).toEqual([])
  })

  it('runs every file that it shows', () => {
    const names = page.blocks.map(fileNameOf).filter((name) => name !== undefined)
    const commands = steps.map(({ command }) => command).join('\n')
    expect(names.filter((name) => !commands.includes(name))).toEqual([])
  })

  it('has no block in a language that nobody checks', () => {
    const languages = new Set(page.blocks.map(({ language }) => language))
    expect([...languages].filter((name) => !['js', 'ts', 'sh', 'text', 'python'].includes(name))).toEqual([])
  })

  it('names only scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    const development = page.blocks.filter((block) => block.language === 'sh' && isForDevelopment(block))
    const text = development.map((block) => block.text).join('\n')
    const asked = [...text.matchAll(/^npm (?:run (?:--silent )?)?([\w:]+)/gm)].map(([, name = '']) => name)
    const builtIn = ['init', 'install']
    expect(asked.filter((name) => !builtIn.includes(name) && scripts[name] === undefined)).toEqual([])
    const files = [...text.matchAll(/^(\.ci\/\S+)/gm)].map(([, name = '']) => name)
    expect(files.filter((name) => !existsSync(join(root, name)))).toEqual([])
  })
})

describe('docs/examples', () => {
  it.each(guides.flatMap(({ page, folder }) => filesIn(folder).map((name) => ({ page, folder, name }))))(
    'has $folder/$name as $page shows it',
    ({ page, folder, name }) => {
      const texts = readPage(page).blocks.map(({ text }) => text)
      expect(texts).toContain(readFileSync(join(root, folder, name), 'utf8'))
    },
  )
})

describe('these checks', () => {
  const step = (command: string, prints?: string): Step => ({ line: 1, command, files: {}, prints })
  const failing = async (each: Step) => broken(each, await follow(each))

  it('find a command that fails', async () => {
    expect(await failing(step('node absent.mjs 2> ignored'))).toEqual(['ended with 1'])
  })

  it('find a command in the background that complains', async () => {
    expect(await failing(step('node --eval "throw 1" &'))).toEqual([expect.stringContaining('complained')])
  })

  it('find a command that prints something else', async () => {
    expect(await failing(step('echo 2', '1\n'))).toEqual(['printed: 2\n'])
  })

  it('find a package that is not there', async () => {
    const text = "import 'ringway/absent'\n"
    const findings = await failing({ ...step('node block.mjs'), files: { 'block.mjs': text } })
    expect(findings[0]).toBe('ended with 1')
  })
})
