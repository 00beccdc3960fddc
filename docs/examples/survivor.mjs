// survivor.mjs
import { Bus, PeerDeadError } from 'ringway'

const bus = await Bus.listen('/tmp/ringway-guide.sock', 64 * 1024)
try {
  for await (const message of bus) console.log(message.typeId, message.text())
} catch (error) {
  console.log(error instanceof PeerDeadError, error.code)
}
bus.close()
