/** Text that is markup already. Everything else is escaped where it is put into a template. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

export type Content = Markup | string | number | readonly Content[]

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Safe between tags and inside quoted attributes, in HTML and in XML. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] as string)
}

function textOf(content: Content): string {
  if (content instanceof Markup) return content.text
  if (typeof content === 'string') return escaped(content)
  if (typeof content === 'number') return String(content)
  return content.map(textOf).join('')
}

/** A template that escapes what is put into it. */
export function html(strings: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  const parts = contents.map((content, index) => textOf(content) + (strings[index + 1] as string))
  return new Markup((strings[0] as string) + parts.join(''))
}

/** JSON inside `<script>`: no `<`, so that no text in it can end the element. */
export function embeddedJson(value: unknown): Markup {
  return new Markup(JSON.stringify(value).replaceAll('<', '\\u003c'))
}

const figurePattern = /(?:\d[\d.,]*\d|\d)(?:[  ]?(?:ns|µs|ms|s|%|×|[kM]?\/s|[kMG]?B(?:\/s)?|[KM]iB))(?![\p{L}\d])/gu

/** A sentence as it is set: words between backticks as code, and figures with their units so that the eye finds them. */
export function prose(sentence: string): Markup {
  const pieces = sentence.split('`').map((piece, index) => {
    if (index % 2 === 1) return html`<code>${piece}</code>`
    return new Markup(escaped(piece).replace(figurePattern, '<strong>$&</strong>'))
  })
  return html`${pieces}`
}
