interface Block {
  /** Where its first label would like to begin, on average of all its labels. */
  desired: number
  height: number
  labels: number
}

/**
 * Tops of labels, one below the other without overlap, each as near as possible to where it belongs. Labels that would
 * overlap become a block whose place is the mean of what its labels want; blocks that meet become one.
 * @param wanted middles of the labels, ascending
 * @param heights of the labels, in the same order
 */
export function spread(wanted: readonly number[], heights: readonly number[], top: number, bottom: number): number[] {
  const blocks: Block[] = []
  const placeOf = ({ desired, height }: Block) => Math.max(top, Math.min(desired, bottom - height))
  for (const [index, middle] of wanted.entries()) {
    const height = heights[index] as number
    let block: Block = { desired: middle - height / 2, height, labels: 1 }
    for (let above = blocks.at(-1); above !== undefined; above = blocks.at(-1)) {
      if (placeOf(above) + above.height <= placeOf(block)) break
      blocks.pop()
      const labels = above.labels + block.labels
      const desired = (above.desired * above.labels + (block.desired - above.height) * block.labels) / labels
      block = { desired, height: above.height + block.height, labels }
    }
    blocks.push(block)
  }
  const tops: number[] = []
  for (const block of blocks) {
    let next = placeOf(block)
    for (let label = 0; label < block.labels; label++) {
      const height = heights[tops.length] as number
      tops.push(next)
      next += height
    }
  }
  return tops
}
