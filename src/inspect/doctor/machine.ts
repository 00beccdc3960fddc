import { readdirSync, readFileSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { effectiveUserId } from '../../../ffi/index.js'
import { type Trials, trials } from './trials.js'

export interface Space {
  readonly totalBytes: number
  readonly freeBytes: number
}

/** All that the checks look at, so that tests can give them another machine. */
export interface Machine {
  /** The text of a file, or undefined where there is none or it may not be read. */
  read(path: string): string | undefined
  names(folder: string): readonly string[]
  space(folder: string): Space | undefined
  readonly platform: string
  readonly architecture: string
  readonly nodeVersion: string
  readonly electronVersion: string | undefined
  readonly temporaryFolder: string
  readonly userId: number
  readonly trials: Trials
}

/** @param root what stands before `/proc`, `/sys` and the like */
export function thisMachine(root = ''): Machine {
  return {
    read(path) {
      try {
        return readFileSync(root + path, 'utf8')
      } catch {
        return undefined
      }
    },
    names(folder) {
      try {
        return readdirSync(root + folder)
      } catch {
        return []
      }
    },
    space(folder) {
      try {
        const { bsize, blocks, bavail } = statfsSync(root + folder)
        return { totalBytes: bsize * blocks, freeBytes: bsize * bavail }
      } catch {
        return undefined
      }
    },
    platform: process.platform,
    architecture: process.arch,
    nodeVersion: process.versions.node,
    electronVersion: process.versions['electron'],
    temporaryFolder: tmpdir(),
    userId: effectiveUserId(),
    trials,
  }
}
