// A module for `ringway serve`: it has a copy of the decorators of its own, as a module beside a bundled program may.
import { json, method, rpc } from '../../../src/rpc.js'

export class Pricing {
  @rpc(7, { request: json<{ count: number }>(), response: json<number>() })
  quote({ count }: { count: number }): number {
    return count * 3
  }

  @rpc(8)
  reversed(request: Uint8Array): Uint8Array {
    return request.toReversed()
  }

  @method()
  async *upTo(limit: number): AsyncGenerator<number> {
    for (let at = 1; at <= limit; at++) yield at
  }
}

export function add({ a, b }: { a: number; b: number }): number {
  return a + b
}

export function nothing(): void {}

export function fail(): never {
  throw new RangeError('out of\nrange')
}

export function forever(): Promise<never> {
  return new Promise(() => undefined)
}

export const version = 5
