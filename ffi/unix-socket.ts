import { FileDescriptor } from './file-descriptor.js'
import {
  AF_UNIX,
  EAGAIN,
  ECONNREFUSED,
  EINTR,
  EINVAL,
  ENAMETOOLONG,
  ENOENT,
  EPROTOTYPE,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  SO_PEERCRED,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
} from './libc/constants.js'
import { fcntl } from './libc/fcntl.js'
import { errno } from './libc/library.js'
import { sockets } from './libc/socket.js'
import { sockaddr_un, ucred } from './libc/structs.js'
import { failureOf, SystemCallError } from './system-call-error.js'

/** Who connected, or who listens, as the kernel recorded it when that happened. */
export interface PeerCredentials {
  /** 0 for a process that this pid namespace does not show. */
  readonly pid: number
  readonly uid: number
  readonly gid: number
}

/**
 * Must not reach the kernel: an empty path would be bound to a name in the abstract space, and so would one that begins
 * with a zero; a path with a zero further on would be cut there.
 */
function socketAddress(syscall: string, path: string): Uint8Array {
  const pathBytes = Buffer.from(path)
  if (pathBytes.length === 0) throw new SystemCallError(syscall, ENOENT, 'an empty path')
  if (pathBytes.includes(0)) throw new SystemCallError(syscall, EINVAL, 'a path with a zero byte')
  if (pathBytes.length >= sockaddr_un.pathBytes) {
    throw new SystemCallError(syscall, ENAMETOOLONG, `${path} (${pathBytes.length} bytes)`)
  }
  const address = Buffer.alloc(sockaddr_un.bytes)
  address.writeUInt16LE(AF_UNIX, sockaddr_un.familyOffset)
  address.set(pathBytes, sockaddr_un.pathOffset)
  return address.subarray(0, sockaddr_un.pathOffset + pathBytes.length + 1)
}

function openSocket(type: number): FileDescriptor {
  const fd = sockets().socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)
  if (fd === -1) throw failureOf('socket')
  return new FileDescriptor(fd)
}

/**
 * A listening stream socket at a path that must not exist, which only this user can connect to.
 * @throws SystemCallError EADDRINUSE when there is anything at the path; ENAMETOOLONG over 107 bytes
 */
export function listenUnix(path: string, backlog: number): FileDescriptor {
  const address = socketAddress('bind', path)
  const socket = openSocket(SOCK_STREAM)
  try {
    // Before bind, which makes the file with this mode: after it there would be a moment in which anybody may connect.
    if (fcntl().fchmod(socket.fd, 0o600) === -1) throw failureOf('fchmod')
    if (sockets().bind(socket.fd, address, address.length) === -1) throw failureOf('bind', path)
    if (sockets().listen(socket.fd, backlog) === -1) throw failureOf('listen', path)
    return socket
  } catch (error) {
    socket.close()
    throw error
  }
}

/**
 * @returns undefined when as many wait at the listener as its backlog allows
 * @throws SystemCallError ENOENT, ECONNREFUSED (nobody listens), EACCES …
 */
export function connectUnix(path: string): FileDescriptor | undefined {
  const address = socketAddress('connect', path)
  const socket = openSocket(SOCK_STREAM)
  if (sockets().connect(socket.fd, address, address.length) === 0) return socket
  const failure = failureOf('connect', path)
  socket.close()
  if (failure.errno === EAGAIN) return undefined
  throw failure
}

/**
 * Whether some process holds the socket at a path, without the listener noticing: a datagram socket cannot connect to a
 * stream socket, and the kernel says whether that was for its type or because nobody holds it.
 * @returns 'dead' for a file that is no socket, too: look at it first
 */
export function probeUnixSocket(path: string): 'live' | 'dead' | 'absent' {
  const address = socketAddress('connect', path)
  using socket = openSocket(SOCK_DGRAM)
  // A datagram socket of another program: not ours, and alive.
  if (sockets().connect(socket.fd, address, address.length) === 0) return 'live'
  const failure = failureOf('connect', path)
  if (failure.errno === EPROTOTYPE) return 'live'
  if (failure.errno === ECONNREFUSED) return 'dead'
  if (failure.errno === ENOENT) return 'absent'
  throw failure
}

/** @returns the next connection, non-blocking; undefined when there is none */
export function acceptUnix(fd: number): FileDescriptor | undefined {
  for (;;) {
    const accepted = sockets().accept4(fd, null, null, SOCK_NONBLOCK | SOCK_CLOEXEC)
    if (accepted !== -1) return new FileDescriptor(accepted)
    const code = errno()
    if (code === EAGAIN) return undefined
    if (code !== EINTR) throw new SystemCallError('accept4', code)
  }
}

/** @returns how many bytes were taken; undefined when the buffer is full. @throws SystemCallError EPIPE, ECONNRESET … */
export function sendNow(fd: number, bytes: Uint8Array): number | undefined {
  for (;;) {
    const sent = sockets().send(fd, bytes, bytes.length, MSG_DONTWAIT | MSG_NOSIGNAL)
    if (sent !== -1) return sent
    const code = errno()
    if (code === EAGAIN) return undefined
    if (code !== EINTR) throw new SystemCallError('send', code)
  }
}

/** @returns how many bytes came; 0 when no more will; undefined when there are none now. @throws SystemCallError */
export function receiveNow(fd: number, bytes: Uint8Array): number | undefined {
  // The kernel's answer would be 0, and that would be read as the end.
  if (bytes.length === 0) throw new RangeError('there is no room to receive into')
  for (;;) {
    const received = sockets().recv(fd, bytes, bytes.length, MSG_DONTWAIT)
    if (received !== -1) return received
    const code = errno()
    if (code === EAGAIN) return undefined
    if (code !== EINTR) throw new SystemCallError('recv', code)
  }
}

/** Who is at the other end of a connected socket. */
export function peerCredentials(fd: number): PeerCredentials {
  const words = new Uint32Array(ucred.words)
  const length = new Uint32Array([ucred.bytes])
  if (sockets().getsockopt(fd, SOL_SOCKET, SO_PEERCRED, words, length) === -1) {
    throw failureOf('getsockopt', 'SO_PEERCRED')
  }
  return { pid: words[ucred.pidWord] ?? 0, uid: words[ucred.uidWord] ?? 0, gid: words[ucred.gidWord] ?? 0 }
}
