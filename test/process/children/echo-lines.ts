// Prints what it was started with, then every line it is told, and ends with the code that it is told.
import { createInterface } from 'node:readline'

console.log(JSON.stringify({ args: process.argv.slice(2), version: process.versions.node }))
for await (const line of createInterface({ input: process.stdin })) {
  if (line.startsWith('exit ')) process.exit(Number(line.slice('exit '.length)))
  console.log(`told ${line}`)
}
