import { ErrorCode, RingwayError } from '../errors.js'
import { marksOf } from './handler-marks.js'
import { HandlerRegistry, type Handlers } from './handler-registry.js'

type Constructor = new () => object

/**
 * What a module has to answer calls with: each function by the name of its export, of each class with decorated methods one
 * object, and each object of such a class. A default export may be any `Handlers`. Everything else is passed over.
 * @param module what `import()` gives
 * @throws `ERR_RINGWAY_INVALID_ARGUMENT` when nothing of it answers calls, or two of it answer to one; what a constructor throws
 */
export function handlersOfModule(module: Readonly<Record<string, unknown>>): HandlerRegistry {
  const registry = new HandlerRegistry()
  for (const [name, value] of Object.entries(module)) {
    const handlers = handlersOf(name, value)
    if (handlers !== undefined) registry.add(handlers)
  }
  if (registry.keys.length > 0) return registry
  throw new RingwayError(
    ErrorCode.invalidArgument,
    `The module exports nothing that answers calls: no function, and no class with @rpc or @method`,
  )
}

function handlersOf(name: string, value: unknown): Handlers | undefined {
  if (typeof value === 'function') {
    if (marksOf(value).length > 0) return new (value as Constructor)()
    if (isClass(value)) return undefined
    return { [name === 'default' ? value.name || name : name]: value }
  }
  if (typeof value !== 'object' || value === null) return undefined
  return name === 'default' || marksOf(value.constructor).length > 0 ? value : undefined
}

/** A class without handlers cannot be called, though it is a function. */
function isClass(value: object): boolean {
  return /^class\b/.test(Function.prototype.toString.call(value))
}
