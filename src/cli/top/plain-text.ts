/** Control characters, and those that reverse or break lines: names come from peers, and terminals obey such bytes. */
const obeyed = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

/** What a peer wrote, made harmless to a terminal, every such character shown as one `·`. */
export function plainText(text: string): string {
  return text.replace(obeyed, '·')
}
