import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { bundlePackage } from '../../esbuild.config.mjs'
import * as ringway from '../../src/index.js'
import * as calls from '../../src/rpc.js'
import { broken, follow } from '../support/docs/reader-folder.js'
import { root } from '../support/docs/root.js'
import type { Step } from '../support/docs/steps.js'

/** The code under each `@example` of a source text. */
function examplesIn(text: string): string[] {
  const comments = text.match(/\/\*\*.*?\*\//gs) ?? []
  return comments.flatMap((comment) => {
    const lines = comment.split('\n').map((line) => line.replace(/^\s*\*\/?\s?/, ''))
    const [, ...parts] = lines.join('\n').split(/^@example\n/m)
    return parts.map((part) => (part.split(/^@/m)[0] as string).trim())
  })
}

/** A program of an example: everything public is imported, and `expression // value` is an assertion. */
function programOf(example: string, name: string): string {
  const lines = example.split('\n').map((line) => {
    const [, expression, value] = /^([^/]+) \/\/ (\S+)$/.exec(line) ?? []
    return expression === undefined ? line : `assert.deepEqual(${expression}, ${value})`
  })
  const [surface, from] = name.startsWith('rpc/') ? [calls, 'ringway/rpc'] : [ringway, 'ringway']
  const imports = `import { ${Object.keys(surface).join(', ')} } from '${from}'`
  return `import assert from 'node:assert/strict'\n${imports}\n${lines.join('\n')}\n`
}

function stepOf(example: string, name = ''): Step {
  return { line: 1, command: 'node example.mjs', files: { 'example.mjs': programOf(example, name) }, prints: '' }
}

beforeAll(bundlePackage)

/** Examples of what users can import; a part that is not exported yet cannot be tried by anybody. */
async function publicExamples(): Promise<{ name: string; example: string }[]> {
  const names = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  )
  const found = names.flatMap((name) => {
    const examples = examplesIn(readFileSync(join(root, 'src', name), 'utf8'))
    return examples.map((example) => ({ name, example }))
  })
  const isPublic = await Promise.all(
    found.map(async ({ name }) => {
      const own = Object.values(await import(join(root, 'src', name)))
      return Object.values(ringway).some((exported) => own.includes(exported))
    }),
  )
  return found.filter((_, at) => isPublic[at])
}

const found = await publicExamples()

describe('the examples in doc comments', () => {
  it('are there', () => {
    expect(found.length).toBeGreaterThan(0)
  })

  it.each(found)('of src/$name run, and hold', async ({ name, example }) => {
    const step = stepOf(example, name)
    expect(broken(step, await follow(step))).toEqual([])
  })

  it('that are wrong are found', async () => {
    const [example = ''] = examplesIn('/**\n * A.\n * @example\n * makeTypeId(0, 7) // 8\n * @throws nothing\n */')
    expect(example).toBe('makeTypeId(0, 7) // 8')
    const step = stepOf(example)
    expect(broken(step, await follow(step))[0]).toBe('ended with 1')
  })
})
