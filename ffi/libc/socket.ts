import { bind, lazily, type Pointer } from './library.js'

export const sockets = lazily(() => ({
  socket: bind<(domain: number, type: number, protocol: number) => number>('socket', 'int', ['int', 'int', 'int']),
  bind: bind<(fd: number, address: Pointer, length: number) => number>('bind', 'int', ['int', 'void *', 'uint']),
  listen: bind<(fd: number, backlog: number) => number>('listen', 'int', ['int', 'int']),
  connect: bind<(fd: number, address: Pointer, length: number) => number>('connect', 'int', ['int', 'void *', 'uint']),
  accept4: bind<(fd: number, address: Pointer, length: Pointer, flags: number) => number>('accept4', 'int', [
    'int',
    'void *',
    'void *',
    'int',
  ]),
  send: bind<(fd: number, bytes: Pointer, length: number, flags: number) => number>('send', 'intptr', [
    'int',
    'void *',
    'size_t',
    'int',
  ]),
  recv: bind<(fd: number, bytes: Pointer, length: number, flags: number) => number>('recv', 'intptr', [
    'int',
    'void *',
    'size_t',
    'int',
  ]),
  sendmsg: bind<(fd: number, message: Pointer, flags: number) => number>('sendmsg', 'intptr', ['int', 'void *', 'int']),
  recvmsg: bind<(fd: number, message: Pointer, flags: number) => number>('recvmsg', 'intptr', ['int', 'void *', 'int']),
  getsockopt: bind<(fd: number, level: number, name: number, value: Pointer, length: Pointer) => number>(
    'getsockopt',
    'int',
    ['int', 'int', 'int', 'void *', 'void *'],
  ),
}))
