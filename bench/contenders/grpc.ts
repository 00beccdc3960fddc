import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  Client,
  credentials,
  Server,
  ServerCredentials,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js'
import type { Contender, Place } from '../harness/contender.js'
import { farCalls, nearCalls, type Quote } from '../tasks/calls.js'

const readyMs = 10_000
const callPath = '/bench.Echo/Call'
const jsonPath = '/bench.Echo/CallJson'

const asIs = (bytes: Buffer): Buffer => bytes
const toJson = (value: Quote): Buffer => Buffer.from(JSON.stringify(value))
const fromJson = (bytes: Buffer): Quote => JSON.parse(bytes.toString())

const once = { requestStream: false, responseStream: false } as const
const echoService: ServiceDefinition = {
  call: {
    path: callPath,
    ...once,
    requestSerialize: asIs,
    requestDeserialize: asIs,
    responseSerialize: asIs,
    responseDeserialize: asIs,
  },
  callJson: {
    path: jsonPath,
    ...once,
    requestSerialize: toJson,
    requestDeserialize: fromJson,
    responseSerialize: toJson,
    responseDeserialize: fromJson,
  },
}

const echo: UntypedServiceImplementation = {
  call: (call: { request: unknown }, done: (error: null, reply: unknown) => void) => done(null, call.request),
  callJson: (call: { request: unknown }, done: (error: null, reply: unknown) => void) => done(null, call.request),
}

function addressOf({ folder }: Place): string {
  return `unix:${join(folder, 'grpc')}`
}

/** @grpc/grpc-js over a Unix socket, without protobuf: bytes as they are, and JSON. */
export const grpcCalls: Contender = {
  title: 'grpc-js, Unix socket',
  between: 'processes',
  async near(place) {
    const client = new Client(addressOf(place), credentials.createInsecure())
    await promisify(client.waitForReady.bind(client))(Date.now() + readyMs)
    const tasks = nearCalls({
      call: (request) =>
        new Promise((resolve, reject) => {
          client.makeUnaryRequest(callPath, asIs, asIs, request, (error, reply) =>
            error === null ? resolve(reply as Buffer) : reject(error),
          )
        }),
      callJson: (request) =>
        new Promise((resolve, reject) => {
          client.makeUnaryRequest(jsonPath, toJson, fromJson, request, (error, reply) =>
            error === null ? resolve(reply as Quote) : reject(error),
          )
        }),
    })
    return { tasks, close: () => client.close() }
  },
  async far(place) {
    const server = new Server()
    server.addService(echoService, echo)
    await promisify(server.bindAsync.bind(server))(addressOf(place), ServerCredentials.createInsecure())
    return { tasks: farCalls, close: () => server.forceShutdown() }
  },
}
