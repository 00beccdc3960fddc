// consumer.mjs
import { Bus } from 'ringway'

const bus = await Bus.listen('/tmp/ringway-guide.sock', 64 * 1024)
console.log(bus.peer.native ? 'another ringway has come' : 'a Tachyon program has come')
for await (const message of bus) {
  console.log(message.typeId, message.text())
}
console.log('ended:', bus.state)
