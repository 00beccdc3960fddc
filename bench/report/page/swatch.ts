import { html, type Markup } from './markup.js'
import { type ColorName, variable } from './palette.js'
import type { SeriesStyle } from './style.js'

const shapes: Readonly<Record<SeriesStyle['symbol'], string>> = {
  circle: 'M12.5 7a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0z',
  diamond: 'M16 2.5L20 7L16 11.5L12 7z',
  triangle: 'M16 3L20 10.5L12 10.5z',
  rect: 'M12.5 3.5h7v7h-7z',
  none: '',
}

function fill(color: ColorName, hollow: boolean): string {
  return variable(hollow ? 'paper' : color)
}

/** A piece of the curve, as it looks in the chart. */
export function keySwatch({ color, dash, hollow, symbol, width }: SeriesStyle): Markup {
  const dashes = dash === 'solid' ? '' : html` stroke-dasharray="${dash.join(' ')}"`
  const mark =
    symbol === 'none'
      ? ''
      : html`<path d="${shapes[symbol]}" fill="${fill(color, hollow)}" stroke="${variable(color)}" stroke-width="1.5"/>`
  return html`<svg class="swatch" width="32" height="14" viewBox="0 0 32 14" aria-hidden="true"><path d="M1 7h30" fill="none" stroke="${variable(color)}" stroke-width="${width}"${dashes}/>${mark}</svg>`
}
