import { spawnSync } from 'node:child_process'

export interface Programs {
  readonly spin: string
  readonly cc: string
}

/** @throws Error that says what to install */
export function findPrograms(): Programs {
  const programs = { spin: 'spin', cc: 'cc' }
  const missing = [
    ...(starts(programs.spin, '-V') ? [] : ['spin']),
    ...(starts(programs.cc, '--version') ? [] : ['a C compiler as cc']),
  ]
  if (missing.length > 0) {
    throw new Error(
      `The models need ${missing.join(' and ')}: install the Debian packages spin, gcc and libc6-dev (.ci/install-spin does)`,
    )
  }
  return programs
}

function starts(program: string, option: string): boolean {
  return spawnSync(program, [option], { stdio: 'ignore' }).status === 0
}
