// node esbuild.config.mjs [package] [types] [bench] [children]
//   package   dist/esm and dist/cjs: what users import, and the command line
//   types     the .d.ts files beside them (by tsc)
//   bench     .build/bench mirrors bench: every file there becomes a bundle that node runs
//   litmus    .build/test/litmus: the litmus tests, and the program of their sides
//   children  .build/test mirrors test/*/children: programs that tests start as processes of their own
//   campaign  .build/test/campaign: the fault campaign, and the program of the processes that it kills
//   model     .build/test/model/spin: what searches the models
//   fuzz      .build/test/fuzz: the fuzzer against live processes, and those processes
import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = dirname(fileURLToPath(import.meta.url))

/** Names are kept as they are, and no helper is wrapped around functions: the waiter thread's source is a function's text. */
const shared = /** @type {const} */ ({
  absWorkingDir: root,
  bundle: true,
  target: 'node20',
  platform: 'node',
  packages: 'external',
  keepNames: false,
  minify: false,
  // Puts the ring's layout constants into the code as numbers: as variables they cost the hot path a quarter on Node 20.
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'warning',
  write: false,
})

/**
 * Other processes may be running what is built here, so a file is only ever replaced whole, and only when it differs.
 * @param {string} path
 * @param {Uint8Array | string} contents
 */
function replaceFile(path, contents, mode = 0o644) {
  const bytes = Buffer.from(contents)
  if (existsSync(path) && readFileSync(path).equals(bytes)) return
  mkdirSync(dirname(path), { recursive: true })
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, bytes, { mode })
  renameSync(draft, path)
}

/**
 * esbuild makes `class Bus` that mentions itself into `var Bus = class _Bus`, and that name is what users would see when
 * they print one. Both names mean the same class, so the inner one can be the outer one.
 * @param {string} text
 */
function restoreClassNames(text) {
  let restored = text
  for (const [, name = ''] of text.matchAll(/\b(\w+) = class _\1\b/g)) {
    restored = restored.replace(new RegExp(`\\b_${name}\\b`, 'g'), name)
  }
  return restored
}

/**
 * Bundles without any warning, or throws.
 * @param {import('esbuild').BuildOptions} options
 * @returns {Promise<string[]>} the paths written
 */
async function bundle(options) {
  const { outputFiles = [], warnings } = await build({ ...shared, ...options })
  if (warnings.length > 0) throw new Error(`esbuild warned ${warnings.length} times; see above`)
  for (const { path, text } of outputFiles) {
    replaceFile(path, restoreClassNames(text), basename(path) === 'cli.js' ? 0o755 : 0o644)
  }
  return outputFiles.map(({ path }) => path)
}

/** @param {string} folder @returns {string[]} the names of the files in it, at any depth, relative to it */
function filesUnder(folder) {
  if (!existsSync(folder)) return []
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)))
}

/** @param {string} folder @param {readonly string[]} kept absolute paths */
function removeOthers(folder, kept, names = /^/) {
  for (const name of filesUnder(join(root, folder))) {
    const path = join(root, folder, name)
    if (!kept.includes(path) && names.test(name)) rmSync(path, { force: true })
  }
}

/** The entry points that exist of these. @param {Record<string, string>} entries */
function existing(entries) {
  return Object.fromEntries(Object.entries(entries).filter(([, source]) => existsSync(join(root, source))))
}

export async function bundlePackage() {
  const esm = await bundle({
    entryPoints: existing({
      index: 'src/index.ts',
      rpc: 'src/rpc.ts',
      threads: 'src/threads.ts',
      cli: 'src/cli/main.ts',
    }),
    format: 'esm',
    // Both entries share one copy of every class, so that a ThreadBus is the same thing wherever it was imported from.
    splitting: true,
    chunkNames: 'chunk-[hash]',
    outdir: 'dist/esm',
  })
  removeOthers('dist/esm', esm, /\.js$/)
  const cjs = { format: /** @type {const} */ ('cjs'), outdir: 'dist/cjs' }
  await bundle({
    ...cjs,
    entryPoints: existing({ index: 'src/index.ts', rpc: 'src/rpc.ts' }),
    // CommonJS has no import.meta; the file's own address is what it stands for.
    banner: { js: "'use strict'\nconst moduleUrl = require('node:url').pathToFileURL(__filename).href" },
    define: { 'import.meta.url': 'moduleUrl' },
  })
  await bundle({ ...cjs, entryPoints: existing({ threads: 'src/threads.ts' }) })
  replaceFile(join(root, 'dist/cjs/package.json'), '{ "type": "commonjs" }\n')
}

/** One emission serves both kinds of module: which kind a .d.ts describes is said by the nearest package.json. */
export function emitTypes() {
  const emitted = mkdtempSync(join(tmpdir(), 'ringway-types-'))
  try {
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const { status } = spawnSync(process.execPath, [tsc, '--project', 'tsconfig.build.json', '--outDir', emitted], {
      cwd: root,
      stdio: ['ignore', 2, 2],
    })
    if (status !== 0) throw new Error(`tsc ended with ${status}`)
    const names = filesUnder(emitted)
    for (const folder of ['dist/esm/types', 'dist/cjs/types']) {
      for (const name of names) replaceFile(join(root, folder, name), readFileSync(join(emitted, name)))
      const paths = names.map((name) => join(root, folder, name))
      removeOthers(folder, paths)
    }
  } finally {
    rmSync(emitted, { recursive: true })
  }
}

/** @param {string[]} folders of programs: every TypeScript file in them is one @param {string} outbase @param {string} outdir */
async function bundlePrograms(folders, outbase, outdir) {
  const sources = folders.flatMap((folder) => filesUnder(join(root, folder)).map((name) => join(folder, name)))
  const entryPoints = sources.filter((name) => /(?<!\.d)\.ts$/.test(name))
  if (entryPoints.length > 0) await bundle({ entryPoints, format: 'esm', outbase, outdir })
}

export async function bundleBenches() {
  await bundlePrograms(['bench'], 'bench', '.build/bench')
}

export async function bundleChildren() {
  await bundlePrograms(['test/process/children', 'test/interop/children'], 'test', '.build/test')
  await bundleCampaign()
}

export async function bundleCampaign() {
  await bundlePrograms(['test/campaign/programs'], 'test', '.build/test')
}

export async function bundleFuzz() {
  const processes = filesUnder(join(root, 'test/fuzz/live/processes')).map((name) => `test/fuzz/live/processes/${name}`)
  await bundle({
    entryPoints: ['test/fuzz/live/main.ts', ...processes],
    format: 'esm',
    outbase: 'test',
    outdir: '.build/test',
  })
}

export async function bundleLitmus() {
  const entryPoints = ['test/litmus/main.ts', 'test/litmus/side.ts']
  await bundle({ entryPoints, format: 'esm', outbase: 'test', outdir: '.build/test' })
}

export async function bundleModel() {
  await bundle({ entryPoints: ['test/model/spin/main.ts'], format: 'esm', outbase: 'test', outdir: '.build/test' })
}

const targets = {
  litmus: bundleLitmus,
  package: bundlePackage,
  types: emitTypes,
  bench: bundleBenches,
  children: bundleChildren,
  campaign: bundleCampaign,
  fuzz: bundleFuzz,
  model: bundleModel,
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const name of process.argv.slice(2)) {
    const target = /** @type {Record<string, () => unknown>} */ (targets)[name]
    if (target === undefined) throw new Error(`no target ${name}; there are ${Object.keys(targets).join(', ')}`)
    await target()
  }
}
