/** The numbers in the kernel's way to write a set of processors, `0-3,8`; empty for a text that is none. */
export function processorList(text: string | undefined): number[] {
  return (text ?? '')
    .trim()
    .split(',')
    .flatMap((part) => {
      const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? []
      if (first === undefined) return []
      return Array.from({ length: Math.max(0, Number(last) - Number(first) + 1) }, (_, index) => Number(first) + index)
    })
}
