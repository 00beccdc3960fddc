/** Dark enough on paper to be read as text, and told apart from rivals by people who see no red or no green. */
const light = {
  paper: '#ffffff',
  ink: '#15202b',
  muted: '#566372',
  axis: '#8d99a6',
  grid: '#e2e7ed',
  ringway1: '#0b57d0',
  ringway2: '#00789c',
  ringway3: '#5b3fd6',
  ringway4: '#17296b',
  rival1: '#c0410b',
  rival2: '#9a5f00',
  rival3: '#a8185a',
  rival4: '#5d6c08',
  rival5: '#7a4a2b',
  rival6: '#b3261f',
  floor1: '#4a5563',
  floor2: '#6a7482',
}

export type ColorName = keyof typeof light
export type Palette = Readonly<Record<ColorName, string>>

export const lightPalette: Palette = light

export const darkPalette: Palette = {
  paper: '#10171f',
  ink: '#e8edf2',
  muted: '#a3afbc',
  axis: '#66727f',
  grid: '#26313c',
  ringway1: '#7ab0ff',
  ringway2: '#4ecbea',
  ringway3: '#b8a4ff',
  ringway4: '#d3deff',
  rival1: '#ff9c66',
  rival2: '#f0bf55',
  rival3: '#ff8ab8',
  rival4: '#c5d660',
  rival5: '#d6a885',
  rival6: '#ff8f87',
  floor1: '#b4bec9',
  floor2: '#919ca8',
}

const names = Object.keys(light) as ColorName[]

export function variable(name: ColorName): string {
  return `var(--${name})`
}

/** The palette as declarations of CSS, so that a page has one source of colours. */
export function declarations(palette: Palette): string {
  return names.map((name) => `--${name}:${palette[name]}`).join(';')
}

/** A picture drawn in the light palette follows the page that it is part of, and so its dark mode. */
export function inPageColors(svg: string): string {
  return names.reduce((text, name) => text.replaceAll(`"${light[name]}"`, `"${variable(name)}"`), svg)
}
