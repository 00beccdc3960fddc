import { createHash } from 'node:crypto'
import type { Report } from '../report.js'
import type { Assets } from './assets.js'
import { took, when } from './caption.js'
import { embeddedJson, html, Markup, prose } from './markup.js'
import { darkPalette, declarations, lightPalette } from './palette.js'
import { howToRead } from './reading.js'
import { chartSection, commandLine } from './section.js'

function policy(script: string): string {
  const hash = createHash('sha256').update(script).digest('base64')
  // echarts styles its tooltip by attributes.
  return `default-src 'none'; script-src 'sha256-${hash}'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'`
}

function header(report: Report): Markup {
  const banner = html`<p class="banner" role="note">A smoke run: it shows that everything works, and took too short a time for its figures to mean anything.</p>`
  return html`<header>
<p class="eyebrow">ringway</p>
<h1>What a message costs</h1>
<p class="lede">ringway beside its rivals and beside the floor of the machine, measured in the same minutes. ${when(report)}, in ${took(report)}.</p>
${report.smoke ? banner : ''}
</header>`
}

/** What it took, and how that compares. */
const headlineSentences = 2

function headlines({ charts }: Report): Markup {
  const items = charts.map(
    ({ id, title, findings }) =>
      html`<li><a href="#${id}">${title}</a><span>${prose(findings.slice(0, headlineSentences).join(' '))}</span></li>`,
  )
  return html`<section aria-labelledby="found"><h2 id="found">What was found</h2><ul class="ledger">${items}</ul></section>`
}

function machine({ machine }: Report): Markup {
  const facts = machine.map(({ name, value }) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)
  return html`<section aria-labelledby="machine"><h2 id="machine">The machine</h2><dl class="machine">${facts}</dl></section>`
}

/** One page that needs nothing but itself. */
export function reportDocument(report: Report, { script, style }: Assets): string {
  const colors = `:root{${declarations(lightPalette)}}@media (prefers-color-scheme:dark){:root{${declarations(darkPalette)}}}`
  const { text } = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(script)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>ringway: what a message costs, ${report.date.slice(0, 10)}</title>
<style>${new Markup(colors)}@media print{:root{${new Markup(declarations(lightPalette))}}}${new Markup(style)}</style>
</head>
<body>
<div class="page">
${header(report)}
<main>
${headlines(report)}
${machine(report)}
${howToRead()}
<section class="charts" aria-labelledby="charts"><h2 id="charts">The charts</h2>${report.charts.map(chartSection)}</section>
<section aria-labelledby="repeat"><h2 id="repeat">Repeat all of it</h2>
${commandLine(report.command)}
<p><a data-download hidden>Everything on this page as JSON</a></p>
</section>
</main>
<footer><p>Drawn with Apache ECharts, which is inside this page. Nothing is loaded from anywhere.</p></footer>
</div>
<script type="application/json" id="report-data">${embeddedJson(report)}</script>
<script>${new Markup(script)}</script>
</body>
</html>
`
  return text
}
