import type { Block, Page } from './page.js'

/** Something that a reader of a page would run, and what the page says it prints. */
export interface Step {
  readonly line: number
  readonly command: string
  /** The files that the page has shown so far, by name. */
  readonly files: Readonly<Record<string, string>>
  /** Undefined: the page does not say. */
  readonly prints: string | undefined
}

/** The file that a block is, by the comment that it begins with: `// name.mjs`, `# name.py`. */
export function fileNameOf({ text }: Block): string | undefined {
  return /^(?:\/\/|#) ([\w-]+\.(?:mjs|py))\b/.exec(text)?.[1]
}

/** Commands that install or build, which other tests and `.ci/run` do. */
export function isForDevelopment({ text }: Block): boolean {
  return /^(npm |\.ci\/)/m.test(text)
}

/**
 * The steps of a page in order: its `sh` blocks, and its `js` blocks that are no files. What is printed is the `text`
 * block that comes next, if no other block is in between.
 */
export function stepsOf(page: Page): Step[] {
  const steps: Step[] = []
  const files: Record<string, string> = {}
  for (const [at, block] of page.blocks.entries()) {
    const name = fileNameOf(block)
    const next = page.blocks[at + 1]
    const prints = next?.language === 'text' ? next.text : undefined
    if ((block.language === 'js' || block.language === 'python') && name !== undefined) {
      files[name] = block.text
    } else if (block.language === 'js') {
      steps.push({ line: block.line, command: 'node block.mjs', files: { ...files, 'block.mjs': block.text }, prints })
    } else if (block.language === 'sh' && !isForDevelopment(block)) {
      steps.push({ line: block.line, command: block.text, files: { ...files }, prints })
    }
  }
  return steps
}

/** Whether a step needs a program that speaks Tachyon. */
export function needsPython({ command }: Step): boolean {
  return command.includes('python3 ')
}
