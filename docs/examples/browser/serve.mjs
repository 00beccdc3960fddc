// serve.mjs
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'

const types = { html: 'text/html; charset=utf-8', js: 'text/javascript; charset=utf-8' }

const server = createServer(async ({ url }, response) => {
  const [name, type] = /^\/(?:\w+\.(html|js))?$/.exec(url) ?? []
  if (name === undefined) return response.writeHead(404).end()
  try {
    const bytes = await readFile(name === '/' ? 'public/index.html' : `public${name}`)
    response.setHeader('Content-Type', types[type ?? 'html'])
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin')
    response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp')
    response.end(bytes)
  } catch {
    response.writeHead(404).end()
  }
})
server.listen(process.env.PORT ?? 8000, 'localhost', () => {
  console.log(`http://localhost:${server.address().port}/`)
})
