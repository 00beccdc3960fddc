const shownMs = 1600

/** Where a page has no clipboard, what is to be copied is selected instead. */
async function copy(code: HTMLElement): Promise<string> {
  try {
    await navigator.clipboard.writeText(code.textContent ?? '')
    return 'Copied'
  } catch {
    getSelection()?.selectAllChildren(code)
    return 'Selected'
  }
}

export function enableCopying(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('button.copy')) {
    const code = button.parentElement?.querySelector('code')
    if (code === null || code === undefined) continue
    const label = button.textContent
    button.hidden = false
    button.addEventListener('click', () => {
      void copy(code).then((result) => {
        button.textContent = result
        setTimeout(() => {
          button.textContent = label
        }, shownMs)
      })
    })
  }
}
