// server.mjs
import { Bus } from 'ringway'

let served = 0
for await (const bus of Bus.accept('/tmp/ringway-guide.sock', 64 * 1024)) {
  for await (const message of bus) console.log(message.text())
  bus.close()
  if (++served === 2) break
}
