// Serves a bridge. Arguments: name, and how it ends: `hold` (killed by the test), `exit` (leaves by process.exit without a
// close), `idle` (ends by itself: nothing keeps an unref'd server alive), `held` (its server keeps it alive).
import { BridgeServer } from '../../../src/rpc/bridge/bridge-server.js'

const [name = '', ending = 'hold'] = process.argv.slice(2)
const server = await BridgeServer.listen(name, {
  echo: ({ value }: { value: unknown }) => value,
  never: () => new Promise(() => undefined),
})
process.stdout.write('ready\n')
if (ending === 'idle') server.unref()
if (ending === 'exit') process.stdin.once('data', () => process.exit(3))
