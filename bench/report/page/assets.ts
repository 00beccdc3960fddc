import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'

const here = 'bench/report/page'

/** The sources are looked for upwards, because this module runs from a bundle elsewhere in the project too. */
function sourceFolder(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    if (existsSync(join(folder, here, 'page.css'))) return join(folder, here)
    if (folder === dirname(folder)) throw new Error(`no ${here} above ${fileURLToPath(import.meta.url)}`)
  }
}

/** Their licences ask to be named where their code is. */
function notices(): string {
  const { resolve } = createRequire(import.meta.url)
  const echarts = dirname(resolve('echarts/package.json'))
  const zrender = dirname(createRequire(join(echarts, 'index.js')).resolve('zrender/package.json'))
  const texts = [
    readFileSync(join(echarts, 'NOTICE'), 'utf8'),
    'Licensed under the Apache License, Version 2.0: http://www.apache.org/licenses/LICENSE-2.0',
    'With ZRender:',
    readFileSync(join(zrender, 'LICENSE'), 'utf8'),
  ]
  return `/*!\n${texts.map((text) => text.trim().replaceAll('*/', '* /')).join('\n\n')}\n*/`
}

export interface Assets {
  readonly script: string
  readonly style: string
}

function bundled(): Assets {
  const folder = sourceFolder()
  const { outputFiles } = buildSync({
    absWorkingDir: folder,
    entryPoints: { script: 'client/main.ts', style: 'page.css' },
    outdir: 'out',
    write: false,
    bundle: true,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    define: { 'process.env.NODE_ENV': '"production"' },
    legalComments: 'none',
    logLevel: 'warning',
  })
  const textOf = (name: string) => outputFiles.find(({ path }) => path.endsWith(name))?.text.trim() ?? ''
  return { script: `${notices()}\n${textOf('script.js')}`, style: textOf('style.css') }
}

let made: Assets | undefined

/** What the page carries inside: the part of echarts it uses, with what brings the charts to life, and its style. */
export function assets(): Assets {
  made ??= bundled()
  return made
}
