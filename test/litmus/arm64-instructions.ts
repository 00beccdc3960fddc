/** Instructions of arm64 that order memory: those bits of a word that tell them from others, and what they are. */
const patterns = {
  'ldar w': [0xffff_fc00, 0x88df_fc00],
  'ldar x': [0xffff_fc00, 0xc8df_fc00],
  'stlr w': [0xffff_fc00, 0x889f_fc00],
  'stlr x': [0xffff_fc00, 0xc89f_fc00],
  'ldaxr w': [0xffff_fc00, 0x885f_fc00],
  'stlxr w': [0xffe0_fc00, 0x8800_fc00],
  'casal w': [0xffe0_fc00, 0x88e0_fc00],
} as const

export type OrderingInstruction = keyof typeof patterns

/** How often each of them is in a piece of machine code. */
export function orderingInstructions(code: Buffer): ReadonlyMap<OrderingInstruction, number> {
  const counts = new Map<OrderingInstruction, number>()
  for (let at = 0; at + 4 <= code.length; at += 4) {
    const word = code.readUInt32LE(at)
    for (const [name, [mask, bits]] of Object.entries(patterns) as [OrderingInstruction, readonly [number, number]][]) {
      if ((word & mask) >>> 0 === bits) counts.set(name, (counts.get(name) ?? 0) + 1)
    }
  }
  return counts
}
