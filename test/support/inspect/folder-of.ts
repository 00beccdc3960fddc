import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'

/** Files by their path, and links as `-> target`; a path that ends in a slash is a folder. */
export type Files = Readonly<Record<string, string>>

/** A folder that stands for `/`, or for `/proc`, in which these are; it goes when the test ends. */
export function folderOf(files: Files): string {
  const folder = mkdtempSync(join(tmpdir(), 'ringway-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path)
    mkdirSync(path.endsWith('/') ? file : dirname(file), { recursive: true })
    if (content.startsWith('-> ')) symlinkSync(content.slice(3), file)
    else if (!path.endsWith('/')) writeFileSync(file, content)
  }
  return folder
}
