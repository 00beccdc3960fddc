import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import ts from 'typescript'
import type { SourceFile } from './source-tree.js'

/**
 * The floors, and what each may import besides itself and `src/errors.ts`. `docs/architecture.md` has the picture.
 * `public` is what users import: the lists of names in `src/index.ts`, `src/rpc.ts` and `src/threads.ts`.
 */
const floors: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  ffi: [],
  ring: [],
  transport: ['ring', 'ffi'],
  bus: ['transport', 'ring'],
  rpc: ['bus', 'transport', 'ring'],
  messaging: ['bus', 'transport', 'ring', 'ffi'],
  pipe: ['bus', 'transport', 'ring', 'ffi'],
  stubs: ['bus', 'transport', 'ring'],
  inspect: ['bus', 'transport', 'ring', 'ffi'],
  cli: ['public', 'rpc', 'messaging', 'pipe', 'stubs', 'inspect', 'bus', 'transport', 'ring'],
  public: ['rpc', 'messaging', 'pipe', 'stubs', 'inspect', 'bus', 'transport', 'ring'],
}

/** Every module that a file names, also for its types alone, and in `import()`. */
export function importsOf(file: SourceFile): string[] {
  return ts.preProcessFile(file.text, true, true).importedFiles.map(({ fileName }) => fileName)
}

/** The floor that a path (from the root, `.ts`) is on; undefined for a place that design does not know. */
export function floorOf(path: string): string | undefined {
  const [top, second = ''] = path.split('/')
  if (top === 'ffi') return 'ffi'
  if (top !== 'src') return undefined
  if (second === 'errors.ts') return 'errors'
  if (second === 'index.ts' || second === 'rpc.ts' || second === 'threads.ts') return 'public'
  return Object.hasOwn(floors, second) ? second : undefined
}

function violation(file: SourceFile, specifier: string): string | undefined {
  const says = (rule: string) => `${file.path} imports ${specifier}: ${rule}`
  const floor = floorOf(file.path)
  if (floor === undefined) return says('the file is on no floor')
  if (!specifier.startsWith('.')) {
    if (specifier === 'koffi' && floor !== 'ffi') return says('only ffi may')
    if ((floor === 'ring' || floor === 'errors') && isBuiltin(specifier)) return says('ring is free of I/O')
    return undefined
  }
  const target = posix.join(posix.dirname(file.path), specifier).replace(/\.js$/, '.ts')
  const targetFloor = floorOf(target)
  if (targetFloor === undefined) return says('the target is on no floor')
  if (targetFloor === floor) return undefined
  // ffi knows nothing of the library above it, its errors included.
  if (targetFloor === 'errors' && floor !== 'ffi') return undefined
  if (floors[floor]?.includes(targetFloor)) return undefined
  return says(`${floor} may not reach ${targetFloor}`)
}

/** Each import that goes up, sideways or past the one door to the kernel, in a sentence. */
export function layerViolations(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path }) => path.endsWith('.ts'))
    .flatMap((file) => importsOf(file).map((specifier) => violation(file, specifier)))
    .filter((sentence) => sentence !== undefined)
}
