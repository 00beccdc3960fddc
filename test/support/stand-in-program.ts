import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import type { AvailablePeer } from './available-peer.js'

const flags = ['-std=c11', '-O2', '-Wall', '-Wextra', '-Werror']

/**
 * The stand-in peer, compiled once for each state of its sources into the ignored folder.
 * @param root the project's folder
 */
export function standInIn(root: string): AvailablePeer {
  const compiler = ['cc', 'gcc', 'clang'].find((name) => spawnSync(name, ['--version']).status === 0)
  if (compiler === undefined) return { missing: 'the stand-in peer needs a C compiler: apt-get install gcc libc6-dev' }
  const file = compiledBy(compiler, join(root, 'test', 'support', 'stand-in'), join(root, '.peers'))
  return { program: { name: 'stand-in', file, arguments: [] } }
}

function compiledBy(compiler: string, sourceFolder: string, peersFolder: string): string {
  const names = readdirSync(sourceFolder).sort()
  const hash = createHash('sha256').update([compiler, ...flags].join(' '))
  for (const name of names) hash.update(name).update(readFileSync(join(sourceFolder, name)))
  const file = join(peersFolder, `stand-in-${hash.digest('hex').slice(0, 16)}`)
  if (existsSync(file)) return file

  mkdirSync(peersFolder, { recursive: true })
  // Two test files may compile at once: each its own file, and the rename puts a whole one in place.
  const own = `${file}.${process.pid}`
  const sources = names.filter((name) => name.endsWith('.c')).map((name) => join(sourceFolder, name))
  const run = spawnSync(compiler, [...flags, '-o', own, ...sources], { encoding: 'utf8' })
  if (run.status !== 0) throw new Error(`${compiler} could not compile the stand-in peer:\n${run.stderr}`)
  renameSync(own, file)
  return file
}
