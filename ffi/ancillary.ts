import { FileDescriptor } from './file-descriptor.js'
import {
  EAGAIN,
  EINTR,
  MSG_CMSG_CLOEXEC,
  MSG_CTRUNC,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  SCM_MAX_FD,
  SCM_RIGHTS,
  SOL_SOCKET,
} from './libc/constants.js'
import { addressOf, errno } from './libc/library.js'
import { sockets } from './libc/socket.js'
import { cmsghdr, iovec, msghdr } from './libc/structs.js'
import { SystemCallError } from './system-call-error.js'

const descriptorBytes = Int32Array.BYTES_PER_ELEMENT

function alignedUp(lengthBytes: number): number {
  return Math.ceil(lengthBytes / cmsghdr.alignment) * cmsghdr.alignment
}

/** A message of one part, with `control` beside it. It keeps addresses: `bytes` and `control` must outlive its use. */
function messageOf(bytes: Uint8Array, control: Uint8Array): Buffer {
  const message = Buffer.alloc(msghdr.bytes + iovec.bytes)
  const parts = message.subarray(msghdr.bytes)
  parts.writeBigUInt64LE(addressOf(bytes), iovec.baseOffset)
  parts.writeBigUInt64LE(BigInt(bytes.length), iovec.lengthOffset)
  message.writeBigUInt64LE(addressOf(parts), msghdr.iovOffset)
  message.writeBigUInt64LE(1n, msghdr.iovlenOffset)
  message.writeBigUInt64LE(addressOf(control), msghdr.controlOffset)
  message.writeBigUInt64LE(BigInt(control.length), msghdr.controllenOffset)
  return message
}

/**
 * Sends bytes, and copies of descriptors with the first of them. The descriptors stay the caller's.
 * @returns how many bytes were taken (if any, then all descriptors were); undefined when the buffer is full
 * @throws SystemCallError EPIPE, ECONNRESET, EINVAL for more than 253 descriptors …
 */
export function sendWithDescriptors(fd: number, bytes: Uint8Array, descriptors: readonly number[]): number | undefined {
  // The kernel drops descriptors that have no byte to travel with.
  if (bytes.length === 0) throw new RangeError('descriptors need at least one byte to travel with')
  const dataBytes = cmsghdr.bytes + descriptors.length * descriptorBytes
  const control = Buffer.alloc(alignedUp(dataBytes))
  control.writeUInt32LE(dataBytes, cmsghdr.lenOffset)
  control.writeInt32LE(SOL_SOCKET, cmsghdr.levelOffset)
  control.writeInt32LE(SCM_RIGHTS, cmsghdr.typeOffset)
  for (const [index, descriptor] of descriptors.entries()) {
    control.writeInt32LE(descriptor, cmsghdr.bytes + index * descriptorBytes)
  }
  const message = messageOf(bytes, control)
  for (;;) {
    const sent = sockets().sendmsg(fd, message, MSG_DONTWAIT | MSG_NOSIGNAL)
    if (sent !== -1) return sent
    const code = errno()
    if (code === EAGAIN) return undefined
    if (code !== EINTR) throw new SystemCallError('sendmsg', code, `with ${descriptors.length} descriptors`)
  }
}

export interface ReceivedMessage {
  /** 0 when no more will come. */
  readonly lengthBytes: number
  /** At most as many as asked for; the caller's to close. */
  readonly descriptors: FileDescriptor[]
  /** How many more the sender passed, at least: closed already, or cut off by the kernel. A reason to refuse. */
  readonly surplusDescriptors: number
}

/** All descriptors in the control messages that the kernel wrote. */
function descriptorsIn(control: Buffer): number[] {
  const found: number[] = []
  for (let at = 0; at + cmsghdr.bytes <= control.length; ) {
    const end = at + control.readUInt32LE(at + cmsghdr.lenOffset)
    if (end < at + cmsghdr.bytes || end > control.length) break
    const level = control.readInt32LE(at + cmsghdr.levelOffset)
    const type = control.readInt32LE(at + cmsghdr.typeOffset)
    if (level === SOL_SOCKET && type === SCM_RIGHTS) {
      for (let data = at + cmsghdr.bytes; data + descriptorBytes <= end; data += descriptorBytes) {
        found.push(control.readInt32LE(data))
      }
    }
    at = alignedUp(end)
  }
  return found
}

/**
 * Receives what is there, and every descriptor that came with it, CLOEXEC.
 * @param maxDescriptors how many the caller takes; more are closed and counted
 * @returns undefined when there is nothing now. @throws SystemCallError
 */
export function receiveWithDescriptors(
  fd: number,
  bytes: Uint8Array,
  maxDescriptors: number,
): ReceivedMessage | undefined {
  if (bytes.length === 0) throw new RangeError('there is no room to receive into')
  // Room for as many as one message can carry, so that none is cut off unseen.
  const control = Buffer.alloc(alignedUp(cmsghdr.bytes + SCM_MAX_FD * descriptorBytes))
  const message = messageOf(bytes, control)
  for (;;) {
    const lengthBytes = sockets().recvmsg(fd, message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC)
    if (lengthBytes !== -1) {
      const used = Number(message.readBigUInt64LE(msghdr.controllenOffset))
      const cut = (message.readInt32LE(msghdr.flagsOffset) & MSG_CTRUNC) !== 0
      const received = descriptorsIn(control.subarray(0, used)).map((number) => new FileDescriptor(number))
      const surplus = received.splice(maxDescriptors)
      for (const descriptor of surplus) descriptor.close()
      return { lengthBytes, descriptors: received, surplusDescriptors: surplus.length + (cut ? 1 : 0) }
    }
    const code = errno()
    if (code === EAGAIN) return undefined
    if (code !== EINTR) throw new SystemCallError('recvmsg', code)
  }
}
