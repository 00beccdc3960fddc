import { existsSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'
import { everyPage, type Page, prose, readPage } from '../support/docs/page.js'
import { root } from '../support/docs/root.js'

/** The anchors that a page's headings have, as GitHub and npm make them. */
function anchors(page: Page): string[] {
  return [...prose(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}

function deadLinks(page: Page): string[] {
  const targets = [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)
  return targets.filter((target) => {
    if (/^https:/.test(target)) return false
    const [file = '', anchor] = target.split('#')
    if (file === '') return !anchors(page).includes(anchor ?? '')
    const path = normalize(join(dirname(page.path), file))
    if (path.startsWith('..') || !existsSync(join(root, path))) return true
    return anchor !== undefined && !anchors(readPage(path)).includes(anchor)
  })
}

describe('links', () => {
  it.each(everyPage())('of $path lead somewhere', (page) => {
    expect(deadLinks(page)).toEqual([])
  })

  it('reach every page from the documentation index, the README or CONTRIBUTING', () => {
    const pages = everyPage()
    const linked = new Set(['README.md'])
    for (const page of pages) {
      for (const [, target = ''] of prose(page).matchAll(/\]\(([^)\s#]+)/g)) {
        linked.add(normalize(join(dirname(page.path), target)))
      }
    }
    expect(pages.map(({ path }) => path).filter((path) => !linked.has(path))).toEqual([])
  })

  it('that lead nowhere are found', () => {
    const text = '# A b\n[1](absent.md) [2](#a-b) [3](#c) [4](README.md#absent) [5](../LICENSE) [6](docs)\n'
    expect(deadLinks({ path: 'page.md', text, blocks: [] })).toEqual([
      'absent.md',
      '#c',
      'README.md#absent',
      '../LICENSE',
    ])
  })
})
