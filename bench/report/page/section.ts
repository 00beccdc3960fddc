import type { Chart } from '../report.js'
import { html, Markup, prose } from './markup.js'
import { inPageColors } from './palette.js'
import { pagePicture } from './picture.js'
import { stylesOf } from './style.js'
import { keySwatch } from './swatch.js'
import { allPoints, mainTable } from './tables.js'

/** Until its script runs, the page has pictures of this width. */
const pagePicturePx = 940

/** A command, and a button that copies it, which is of use only with the script. */
export function commandLine(command: string): Markup {
  return html`<div class="command"><code>${command}</code><button type="button" class="copy" aria-live="polite" hidden>Copy</button></div>`
}

/** Names and looks of the series; with the script, each one hides or shows its series. */
function key({ title, series }: Chart): Markup {
  const styles = stylesOf(series)
  const items = series.map(({ id, name, role }) => {
    const style = styles.get(id)
    return html`<li><button type="button" class="${role}" data-series-id="${id}" aria-pressed="true" disabled>${style === undefined ? '' : keySwatch(style)}${name}</button></li>`
  })
  return html`<ul class="key" aria-label="Series of: ${title}">${items}</ul>`
}

export function chartSection(chart: Chart): Markup {
  const { id, title, explanation, findings, command } = chart
  const svg = new Markup(inPageColors(pagePicture(chart, pagePicturePx)))
  const label = `${title}. ${findings[0] ?? ''} The table below has the figures.`
  return html`
<section class="chart" id="${id}" aria-labelledby="${id}-title">
<h3 id="${id}-title">${title}</h3>
<p class="explanation">${prose(explanation)}</p>
<ul class="findings">${findings.map((finding) => html`<li>${prose(finding)}</li>`)}</ul>
<figure data-chart-id="${id}" data-ready="false">
${key(chart)}
<div class="plot" role="img" aria-label="${label}">${svg}</div>
</figure>
${mainTable(chart)}
${allPoints(chart)}
${commandLine(command)}
</section>`
}
