import type { Report } from '../../report.js'

/** The report as JSON, out of the page itself. */
export function enableDownload(json: string, { date }: Report): void {
  const link = document.querySelector<HTMLAnchorElement>('a[data-download]')
  if (link === null) return
  link.download = `ringway-report-${date.slice(0, 10)}.json`
  link.href = URL.createObjectURL(new Blob([json], { type: 'application/json' }))
  link.hidden = false
}
