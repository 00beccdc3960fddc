import type { AnyCodec } from './codecs.js'

/** What a decorator says of a method. */
export interface HandlerMark {
  /** The method, by the key it has in its class. */
  readonly property: string | symbol
  /** What callers ask for: a message type, or a name. */
  readonly key: number | string
  /** Undefined: what the kind of handler has by default. */
  readonly request: AnyCodec | undefined
  readonly response: AnyCodec | undefined
}

/** Shared with other copies of this module in the process: a class may be decorated by one and registered with another. */
const marksKey = Symbol.for('ringway.handler-marks')

type Metadata = { [marksKey]?: HandlerMark[] }

/**
 * Where the metadata of decorated classes is. Neither Node 20 nor 24 has the symbol yet; compilers look for it when a class
 * is defined, and those that find none either make up this one or give decorators no metadata.
 */
export const metadataKey: symbol = define()

function define(): symbol {
  const holder = Symbol as { metadata?: symbol }
  if (holder.metadata === undefined) {
    Object.defineProperty(Symbol, 'metadata', { value: Symbol.for('Symbol.metadata') })
  }
  return holder.metadata as symbol
}

/** @param metadata of the class that is being defined */
export function addMark(metadata: object, mark: HandlerMark): void {
  const own = metadata as Metadata
  if (!Object.hasOwn(own, marksKey)) own[marksKey] = []
  own[marksKey]?.push(mark)
}

/**
 * The marks of a class and of those that it extends. A method that a class overrides keeps the marks of the one it
 * overrides, unless it has marks of its own.
 */
export function marksOf(definition: unknown): readonly HandlerMark[] {
  if (typeof definition !== 'function') return []
  const marks: HandlerMark[] = []
  const remarked = new Set<string | symbol>()
  let metadata = (definition as unknown as Record<symbol, object | null | undefined>)[metadataKey] ?? null
  for (; metadata !== null; metadata = Object.getPrototypeOf(metadata) as object | null) {
    const own = Object.hasOwn(metadata, marksKey) ? ((metadata as Metadata)[marksKey] as HandlerMark[]) : []
    marks.push(...own.filter(({ property }) => !remarked.has(property)))
    for (const { property } of own) remarked.add(property)
  }
  return marks
}
