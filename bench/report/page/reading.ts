import type { SeriesRole } from '../report.js'
import { html, type Markup } from './markup.js'
import { styleOf } from './style.js'
import { keySwatch } from './swatch.js'

const roles: readonly (readonly [SeriesRole, string, string])[] = [
  ['ringway', 'ringway', 'Thick lines, filled marks, bold names.'],
  ['rival', 'Rivals', 'What could be used instead: thin lines, hollow marks.'],
  [
    'floor',
    'The floor',
    'What the machine itself takes without any library, between the same two processors and in the same rounds: dashed.',
  ],
]

const ideas: readonly (readonly [string, string])[] = [
  [
    'Percentile curves',
    'A curve that passes 99 % at 2 µs says that 99 of 100 took at most 2 µs. From each nine to the next (90 %, 99 %, 99.9 %) it is equally far, so that the rare and slow is as easy to see as the usual.',
  ],
  [
    'Logarithmic axes',
    'The same distance is the same factor everywhere, so that what is far apart fits into one chart: the next gridline may be ten times as much.',
  ],
  [
    'Only ratios travel',
    'All of a chart was measured by turns, in rounds, so that whatever slowed the machine slowed all of it. Another machine, or another hour, has other durations; how they compare is what should stay.',
  ],
]

/** What is the same for all charts. */
export function howToRead(): Markup {
  const looks = roles.map(
    ([role, name, text]) =>
      html`<div><dt>${keySwatch(styleOf(role, 0))}<span class="${role}">${name}</span></dt><dd>${text}</dd></div>`,
  )
  const terms = ideas.map(([name, text]) => html`<div><dt>${name}</dt><dd>${text}</dd></div>`)
  return html`<section aria-labelledby="reading"><h2 id="reading">How to read it</h2><dl class="ledger">${looks}${terms}</dl></section>`
}
