import fc from 'fast-check'

/** Rings small enough to wrap often, begun where positions are at their most awkward. */
export const capacities = fc.constantFrom(256, 512, 1024, 4096)

export const startPositions = fc
  .tuple(fc.constantFrom(2n ** 13n, 2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 63n), fc.integer({ min: 0, max: 80 }))
  .map(([boundary, slotsBefore]) => boundary - BigInt(slotsBefore) * 64n)
