import { join } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import { type BuildFailure, build, type Plugin } from 'esbuild'
import ts from 'typescript'
import { root } from './source-tree.js'

export interface Reach {
  /** The project's own files that are loaded at run time, from the root of the project. */
  readonly files: readonly string[]
  /** What is loaded from elsewhere: Node's modules and packages. */
  readonly outside: readonly string[]
}

/** Sources that exist for one test only, by their path from the root. */
type Fixtures = Readonly<Record<string, string>>

function fixturePlugin(fixtures: Fixtures): Plugin {
  return {
    name: 'fixtures',
    setup(bundler) {
      bundler.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const contents = fixtures[path.slice(root.length)]
        return contents === undefined ? undefined : { contents, loader: 'ts' }
      })
      bundler.onResolve({ filter: /^(\.|src\/)/ }, ({ path, resolveDir }) => {
        const source = join(resolveDir, path).replace(/\.js$/, '.ts')
        return source.slice(root.length) in fixtures ? { path: source } : undefined
      })
    },
  }
}

/** All that is loaded at run time when these files are: what they import for its types alone does not count. */
export async function reachOf(entryPoints: readonly string[], fixtures: Fixtures = {}): Promise<Reach> {
  const bundled = build({
    absWorkingDir: root,
    entryPoints: [...entryPoints],
    bundle: true,
    format: 'esm',
    outdir: '.build',
    write: false,
    metafile: true,
    logLevel: 'silent',
    packages: 'external',
    plugins: [fixturePlugin(fixtures)],
  })
  const { metafile } = await bundled.catch((failure: BuildFailure) => {
    throw new Error(failure.errors.map(({ text, location }) => `${location?.file}: ${text}`).join('\n'))
  })
  const imports = Object.values(metafile.inputs).flatMap((input) => input.imports)
  return {
    files: Object.keys(metafile.inputs),
    outside: imports.filter(({ external }) => external === true).map(({ path }) => path),
  }
}

/**
 * What these files name that the given libraries of the language do not have, such as `process`, `Buffer` or a timer.
 * Complaints about other files are left out.
 */
export function typeErrorsWith(
  libraries: readonly string[],
  files: readonly string[],
  fixtures: Fixtures = {},
): readonly string[] {
  const { options } = ts.convertCompilerOptionsFromJson(
    { target: 'es2022', module: 'nodenext', lib: libraries, types: [], strict: true, noEmit: true, skipLibCheck: true },
    root,
  )
  const host = ts.createCompilerHost(options)
  const { getSourceFile, fileExists } = host
  host.fileExists = (name) => name.slice(root.length) in fixtures || fileExists(name)
  host.getSourceFile = (name, ...rest) => {
    const text = fixtures[name.slice(root.length)]
    return text === undefined ? getSourceFile(name, ...rest) : ts.createSourceFile(name, text, ts.ScriptTarget.ES2022)
  }
  const paths = files.map((file) => join(root, file))
  const diagnostics = ts.getPreEmitDiagnostics(ts.createProgram(paths, options, host))
  return diagnostics
    .filter(({ file }) => file === undefined || paths.includes(file.fileName))
    .map(({ file, messageText }) => {
      const place = file?.fileName.slice(root.length) ?? 'the compiler'
      return `${place}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
    })
}

/**
 * Runs a module, bundled, in a world that has the language and, of what hosts add, only what every browser's worker has.
 * The memory is our own, so that typed arrays of here and there see the same.
 */
export async function runBare<T>(entryPoint: string): Promise<T> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [entryPoint],
    bundle: true,
    format: 'iife',
    globalName: 'bundled',
    write: false,
    logLevel: 'silent',
  })
  const hostObjects = {
    setTimeout,
    clearTimeout,
    setInterval,
    clearInterval,
    performance,
    queueMicrotask,
    MessageChannel,
  }
  const sameKind = { SharedArrayBuffer, ArrayBuffer, Uint8Array, Atomics, AbortSignal, AbortController, TextDecoder }
  const context = createContext({ ...hostObjects, ...sameKind })
  return runInContext(`${outputFiles[0]?.text ?? ''}; bundled`, context) as T
}
