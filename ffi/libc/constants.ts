/**
 * Numbers of the Linux ABI that differ between x64 and arm64 stand in `architectures`; all others are the same on both.
 * Names are those of the C headers.
 */
const architectures = {
  x64: { SYS_futex: 202, SYS_mbind: 237, O_DIRECTORY: 0x1_0000 },
  arm64: { SYS_futex: 98, SYS_mbind: 235, O_DIRECTORY: 0x4000 },
} as const

type Architecture = keyof typeof architectures

/** @param architecture as in `process.arch`; another one gets the numbers of x64, which `library.ts` keeps from being used */
export function numbersOf(architecture: string): (typeof architectures)[Architecture] {
  return architecture === 'arm64' ? architectures.arm64 : architectures.x64
}

export const { SYS_futex, SYS_mbind, O_DIRECTORY } = numbersOf(process.arch)

export const SYS_pidfd_open = 434
export const SYS_futex_waitv = 449

export const EPERM = 1
export const ENOENT = 2
export const ESRCH = 3
export const EINTR = 4
export const EBADF = 9
export const EAGAIN = 11
export const EINVAL = 22
export const ENAMETOOLONG = 36
export const ENOSYS = 38
export const ENODATA = 61
export const EPROTOTYPE = 91
export const ENOPROTOOPT = 92
export const ETIMEDOUT = 110
export const ECONNREFUSED = 111

export const O_RDONLY = 0
export const O_RDWR = 2
export const O_CREAT = 0x40
export const O_EXCL = 0x80
export const O_CLOEXEC = 0x8_0000

export const SEEK_END = 2

export const F_DUPFD_CLOEXEC = 1030
export const F_ADD_SEALS = 1033
export const F_GET_SEALS = 1034
export const F_SEAL_SEAL = 1
export const F_SEAL_SHRINK = 2
export const F_SEAL_GROW = 4

export const MFD_CLOEXEC = 1
export const MFD_ALLOW_SEALING = 2

export const PROT_READ = 1
export const PROT_WRITE = 2
export const MAP_SHARED = 1
export const MAP_PRIVATE = 2
export const MAP_FIXED = 0x10
export const MAP_ANONYMOUS = 0x20
export const MAP_NORESERVE = 0x4000
export const MAP_FAILED = 0xffff_ffff_ffff_ffffn
export const MADV_DONTFORK = 10
export const MADV_POPULATE_READ = 22
export const MADV_POPULATE_WRITE = 23

export const LOCK_EX = 2
export const LOCK_NB = 4

export const AF_UNIX = 1
export const SOCK_STREAM = 1
export const SOCK_DGRAM = 2
export const SOCK_NONBLOCK = 0x800
export const SOCK_CLOEXEC = 0x8_0000
export const SOL_SOCKET = 1
export const SO_PEERCRED = 17
export const SO_PEERPIDFD = 77
export const SCM_RIGHTS = 1
/** Most descriptors that one message can carry. */
export const SCM_MAX_FD = 253
export const MSG_CTRUNC = 0x8
export const MSG_DONTWAIT = 0x40
export const MSG_NOSIGNAL = 0x4000
export const MSG_CMSG_CLOEXEC = 0x4000_0000

export const POLLIN = 0x1
export const POLLNVAL = 0x20

export const FUTEX_WAIT = 0
export const FUTEX_WAKE = 1
export const FUTEX2_SIZE_U32 = 2
export const FUTEX_WAITV_MAX = 128
export const CLOCK_MONOTONIC = 1

export const MPOL_BIND = 2
export const MPOL_MF_MOVE = 2
