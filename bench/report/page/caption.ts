import type { Report } from '../report.js'

/** `2026-11-21, 02:00 UTC`. */
export function when({ date }: Report): string {
  return `${date.slice(0, 10)}, ${date.slice(11, 16)} UTC`
}

/** `48 seconds`, `21 minutes`. */
export function took({ tookSeconds }: Report): string {
  if (tookSeconds < 120) return `${Math.round(tookSeconds)} seconds`
  return `${Math.round(tookSeconds / 60)} minutes`
}

/** Facts that tell one machine from another in a line. */
const captionFacts = ['Processor', 'System', 'Node']

/** Date and machine, below a picture that stands alone. */
export function caption({ date, machine, smoke }: Report): string {
  const facts = machine
    .filter(({ name }) => captionFacts.includes(name))
    .map(({ name, value }) => (name === 'Node' ? `Node ${value.split(',')[0]}` : value))
  return [date.slice(0, 10), ...facts, ...(smoke ? ['a smoke run: its figures mean nothing'] : [])].join(' · ')
}
