import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname } from 'node:path'
import { text } from 'node:stream/consumers'

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
}

const isolation = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }

/** A web server on the loopback device. */
export interface Site extends AsyncDisposable {
  /** Of the site served with the headers that make its pages cross-origin isolated; ends in a slash. */
  readonly isolated: string
  /** The same files without those headers. */
  readonly plain: string
  /** The first text that a page posts to `report`. */
  readonly report: Promise<string>
}

/** @param files texts by name */
export async function serveSite(files: Readonly<Record<string, string>>): Promise<Site> {
  const { promise: report, resolve: reported } = withResolver<string>()
  const server = createServer((request, response) => {
    const [, folder = '', name = ''] = (request.url ?? '').split('/')
    const contents = Object.hasOwn(files, name) ? files[name] : undefined
    const type = contentTypes[extname(name)]
    if (isReport(request, name)) {
      void text(request).then(reported)
      response.writeHead(204).end()
    } else if (contents === undefined || type === undefined || !['isolated', 'plain'].includes(folder)) {
      response.writeHead(404).end()
    } else {
      response.writeHead(200, { 'content-type': type, ...(folder === 'isolated' ? isolation : {}) })
      response.end(contents)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    isolated: `${origin}/isolated/`,
    plain: `${origin}/plain/`,
    report,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

function isReport({ method }: IncomingMessage, name: string): boolean {
  return method === 'POST' && name === 'report'
}

function withResolver<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve!: (value: T) => void
  const promise = new Promise<T>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
