const sides = ['producer', 'consumer']
const ringWords = ['head', 'tail', 'consumer word', 'producer word', 'state']
const skipMarker = 3

function capacityOf(defines: readonly string[]): number {
  const given = defines.map((define) => /^CAPACITY=(\d+)$/.exec(define)?.[1]).find((value) => value !== undefined)
  return Number(given ?? 4)
}

function wordName(word: number, capacity: number): string {
  const first = ringWords.length
  if (word < first) return ringWords[word] as string
  const index = word - first
  return index < capacity ? `header ${index}` : `payload ${index - capacity}`
}

function valueName(word: string, value: number): string {
  if (!word.startsWith('header')) return String(value)
  return value === skipMarker ? 'skip marker' : `record ${value >> 2}, ${value & 3} slots`
}

function sentence(line: string, capacity: number): string {
  const [, side, rest = ''] = /^(\d) (.*)$/.exec(line) ?? []
  if (side === undefined) return line
  const text = rest
    .replace(/^(stores|loads|reads|shows) (\d+) (\d+)/, (_, verb: string, word: string, value: string) => {
      const name = wordName(Number(word), capacity)
      const done = verb === 'shows' ? 'has its store seen:' : verb
      return `${done} ${name} = ${valueName(name, Number(value))}`
    })
    .replace(
      /^takes (\d+), and did so: (\d)/,
      (_, word: string, done: string) =>
        `${done === '1' ? 'clears' : 'does not clear'} the ${wordName(Number(word), capacity)}`,
    )
    .replace(
      /^sleeps on (\d+): (\d)/,
      (_, word: string, asleep: string) =>
        `${asleep === '1' ? 'sleeps' : 'does not sleep'} on the ${wordName(Number(word), capacity)}`,
    )
  return `${sides[Number(side)]} ${text}`
}

/** What the model told while spin replayed an error: one sentence a step, in the order in which it happened. */
export function readTrace(replay: string, defines: readonly string[]): string[] {
  const capacity = capacityOf(defines)
  const told = replay.split('\n').flatMap((line) => /^\s*~ (.*)$/.exec(line)?.[1] ?? [])
  return told.map((line) => sentence(line, capacity))
}
