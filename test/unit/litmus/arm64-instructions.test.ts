import { describe, expect, it } from 'vitest'
import { orderingInstructions } from '../../litmus/arm64-instructions.js'

function code(...words: number[]): Buffer {
  return Buffer.from(Uint32Array.from(words).buffer)
}

describe('orderingInstructions', () => {
  it('knows the instructions that order memory, whatever their registers', () => {
    const ldarW3X5 = 0x88dffca3
    const stlrW1X2 = 0x889ffc41
    const stlrX9X10 = 0xc89ffd49
    const ldaxrW0X1 = 0x885ffc20
    const stlxrW7W0X1 = 0x8807fc20
    const casalW4W5X6 = 0x88e4fcc5
    const found = orderingInstructions(
      code(ldarW3X5, stlrW1X2, stlrW1X2, stlrX9X10, ldaxrW0X1, stlxrW7W0X1, casalW4W5X6),
    )
    expect(Object.fromEntries(found)).toEqual({
      'ldar w': 1,
      'stlr w': 2,
      'stlr x': 1,
      'ldaxr w': 1,
      'stlxr w': 1,
      'casal w': 1,
    })
  })

  it('takes no plain load or store for one', () => {
    const ldrW0X1 = 0xb9400020
    const strW0X1 = 0xb9000020
    expect(orderingInstructions(code(ldrW0X1, strW0X1)).size).toBe(0)
  })
})
