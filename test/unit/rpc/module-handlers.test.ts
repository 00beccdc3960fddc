import { describe, expect, it } from 'vitest'
import { method, rpc } from '../../../src/rpc/decorators.js'
import { handlersOfModule } from '../../../src/rpc/module-handlers.js'

class Pricing {
  @rpc(7)
  quote(): void {}

  @method()
  cancel(): void {}
}

/** As `import()` gives it: without a prototype. */
function moduleOf(members: Record<string, unknown>): Record<string, unknown> {
  return Object.assign(Object.create(null), members)
}

describe('the handlers of a module', () => {
  it('are its functions by their names, and its classes with decorated methods', () => {
    const module = moduleOf({ add: () => 1, Pricing, limit: 5, Plain: class {}, settings: { a: 1 } })
    expect(handlersOfModule(module).keys).toEqual([7, 'add', 'cancel'])
  })

  it('are objects of such classes', () => {
    expect(handlersOfModule(moduleOf({ pricing: new Pricing() })).keys).toEqual([7, 'cancel'])
  })

  it.each([
    ['a class', Pricing, [7, 'cancel']],
    ['an object of one', new Pricing(), [7, 'cancel']],
    ['functions', { add: () => 1, 9: () => undefined }, [9, 'add']],
    ['several', [new Pricing(), { add: () => 1 }], [7, 'cancel', 'add']],
    ['a function', function add() {}, ['add']],
    [
      'a function without a name',
      (
        () => () =>
          1
      )(),
      ['default'],
    ],
  ])('may be the default export: %s', (_what, value, keys) => {
    expect(handlersOfModule(moduleOf({ default: value })).keys).toEqual(keys)
  })

  it.each([
    ['nothing', {}],
    ['only what is no handler', { limit: 5, Plain: class {} }],
  ])('are refused when there is %s', (_what, members) => {
    expect(() => handlersOfModule(moduleOf(members))).toThrow(
      expect.objectContaining({
        code: 'ERR_RINGWAY_INVALID_ARGUMENT',
        message: expect.stringContaining('exports nothing that answers calls'),
      }),
    )
  })

  it('are refused when two answer to one call', () => {
    const module = moduleOf({ cancel: () => 1, Pricing })
    expect(() => handlersOfModule(module)).toThrow('handler cancel and Pricing.cancel both answer to method cancel')
  })
})
