import type { Contender } from '../harness/contender.js'
import { busOf } from './bus.js'
import { childProcessCalls, messagePortCalls } from './call-ids.js'
import { childProcess } from './child-process.js'
import { comlinkCalls } from './comlink.js'
import { foreignIdle } from './foreign-idle.js'
import { grpcCalls } from './grpc.js'
import { messagePort } from './message-port.js'
import { nothing } from './nothing.js'
import { bridgeCalls, tachyonCalls } from './python-calls.js'
import { rpc, rpcSpin } from './rpc.js'
import { firstRun, spin } from './spin.js'
import { tachyonPython } from './tachyon.js'
import { threadBusOf } from './thread-bus.js'
import { unixSocket } from './unix-socket.js'
import { waitingBusOf } from './waiting-bus.js'
import { zeromq } from './zeromq.js'

const usualCapacityBytes = 1 << 16
const streamCapacityBytes = 1 << 20
/** Takes messages of a MiB, two at a time. */
const largeCapacityBytes = 1 << 22

/** By the name that benches and agents call them. */
export const contenders: Readonly<Record<string, Contender>> = {
  bus: busOf('ringway Bus', usualCapacityBytes),
  'stream-bus': busOf('ringway Bus', streamCapacityBytes),
  'large-bus': busOf('ringway Bus', largeCapacityBytes),
  'waiting-bus': waitingBusOf('ringway Bus', usualCapacityBytes, {}),
  'patient-bus': waitingBusOf('ringway Bus, hotUs: 200', usualCapacityBytes, { hotUs: 200 }),
  'thread-bus': threadBusOf(usualCapacityBytes) as Contender,
  'stream-thread-bus': threadBusOf(streamCapacityBytes) as Contender,
  'large-thread-bus': threadBusOf(largeCapacityBytes) as Contender,
  spin,
  'first-run': firstRun,
  'message-port': messagePort as Contender,
  'child-process': childProcess,
  'unix-socket': unixSocket,
  zeromq,
  'foreign-idle': foreignIdle,
  nothing,
  'tachyon-python': tachyonPython,
  rpc,
  'rpc-spin': rpcSpin,
  'child-process-calls': childProcessCalls,
  'message-port-calls': messagePortCalls as Contender,
  'comlink-calls': comlinkCalls as Contender,
  'grpc-calls': grpcCalls,
  'tachyon-calls': tachyonCalls,
  'bridge-calls': bridgeCalls,
}
