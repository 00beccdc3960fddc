/** Two columns each on terminals, near enough: East Asian scripts, full-width forms and pictures. */
const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff01-\uff60\p{Emoji_Presentation}]/u
const markOf = /^\p{M}$/u

/** Columns that a text takes on a terminal. */
export function displayWidth(text: string): number {
  let width = 0
  for (const character of text) width += widthOf(character)
  return width
}

function widthOf(character: string): number {
  if (character <= '\u02ff') return 1
  if (markOf.test(character)) return 0
  return wide.test(character) ? 2 : 1
}

/** Which part of a text stays when there is no room for all: paths differ at their end. */
export type Keep = 'start' | 'end'

/** The text in exactly so many columns, cut with a `…` or filled with spaces. */
export function fitted(text: string, width: number, align: 'left' | 'right' = 'left', keep: Keep = 'start'): string {
  const cut = displayWidth(text) <= width ? text : shortened(text, width, keep)
  const fill = ' '.repeat(Math.max(0, width - displayWidth(cut)))
  return align === 'left' ? cut + fill : fill + cut
}

function shortened(text: string, width: number, keep: Keep): string {
  if (width < 1) return ''
  const characters = keep === 'start' ? [...text] : [...text].reverse()
  const kept: string[] = []
  let left = width - 1
  for (const character of characters) {
    left -= widthOf(character)
    if (left < 0) break
    kept.push(character)
  }
  return keep === 'start' ? `${kept.join('')}…` : `…${kept.reverse().join('')}`
}
