import { dirname } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { bundlePackage } from '../../esbuild.config.mjs'
import { describePeer } from '../support/describe-peer.js'
import { readPage, runPages } from '../support/docs/page.js'
import { broken, follow } from '../support/docs/reader-folder.js'
import { needsPython, stepsOf } from '../support/docs/steps.js'
import { tachyonInPython } from '../support/tachyon.js'

beforeAll(bundlePackage)

describePeer(tachyonInPython(), 'the pages that show the real Tachyon of PyPI', ({ file }) => {
  const steps = runPages.flatMap((path) =>
    stepsOf(readPage(path))
      .filter(needsPython)
      .map((step) => ({ path, ...step })),
  )

  it('are among those that are run', () => {
    expect(new Set(steps.map(({ path }) => path))).toEqual(
      new Set(['README.md', 'docs/guide/first-ten-minutes.md', 'docs/guide/calls.md']),
    )
  })

  it.each(steps)('tell at $path:$line what can be run', async (step) => {
    // The folder of Tachyon's own Python comes first, as in a virtual environment that is active.
    const programs = [`${dirname(file)}`]
    expect(broken(step, await follow(step, programs))).toEqual([])
  })
})
