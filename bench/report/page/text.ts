/** Mean width of a character to the size of its font, of the usual sans-serif fonts, rather too much than too little. */
const widthToSize = 0.6
const boldWidthToSize = 0.66

export function textWidth(text: string, fontSize: number, bold = false): number {
  return text.length * (bold ? boldWidthToSize : widthToSize) * fontSize
}

/** Lines of at most so many characters, broken at spaces; a longer word has a line of its own. */
export function wrapped(text: string, charactersMost: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const line = lines.at(-1)
    if (line !== undefined && line.length + 1 + word.length <= charactersMost)
      lines[lines.length - 1] = `${line} ${word}`
    else lines.push(word)
  }
  return lines
}
