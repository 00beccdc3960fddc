/**
 * Layouts of the C structures that calls here take, on 64-bit Linux (x64 and arm64 alike), as offsets into buffers.
 */

/**
 *  0          4          8
 *  +----------+-----+----+
 *  |fd        |event|reve|      events and revents are 16 bits each, in one word of an Int32Array
 *  +----------+-----+----+
 */
export const pollfd = { fdWord: 0, eventsWord: 1, words: 2, reventsShift: 16 } as const

/**
 *  0        8        16
 *  +--------+--------+
 *  |seconds |nanosec.|
 *  +--------+--------+
 */
export const timespec = { secondsWord: 0, nanosecondsWord: 2, words: 4 } as const

/**
 *  0          4          8          12
 *  +----------+----------+----------+
 *  |pid       |uid       |gid       |
 *  +----------+----------+----------+
 */
export const ucred = { pidWord: 0, uidWord: 1, gidWord: 2, words: 3, bytes: 12 } as const

/**
 *  0      2                                                110
 *  +------+------------------------------------------------+
 *  |family|path, ended by a zero                           |
 *  +------+------------------------------------------------+
 */
export const sockaddr_un = { familyOffset: 0, pathOffset: 2, pathBytes: 108, bytes: 110 } as const

/**
 *  0        8        16       24       32       40       48     52   56
 *  +--------+--------+--------+--------+--------+--------+------+----+
 *  |name    |namelen |iov     |iovlen  |control |ctrllen |flags |pad |
 *  +--------+--------+--------+--------+--------+--------+------+----+
 */
export const msghdr = {
  iovOffset: 16,
  iovlenOffset: 24,
  controlOffset: 32,
  controllenOffset: 40,
  flagsOffset: 48,
  bytes: 56,
} as const

/**
 *  0        8        16
 *  +--------+--------+
 *  |base    |length  |
 *  +--------+--------+
 */
export const iovec = { baseOffset: 0, lengthOffset: 8, bytes: 16 } as const

/**
 *  0        8     12    16
 *  +--------+-----+-----+------- … -------+
 *  |len     |level|type |data             |   len counts these 16 bytes and the data, not the padding
 *  +--------+-----+-----+------- … -------+   the next header starts at a multiple of 8
 */
export const cmsghdr = { lenOffset: 0, levelOffset: 8, typeOffset: 12, bytes: 16, alignment: 8 } as const

/**
 *  0        8        16    20    24
 *  +--------+--------+-----+-----+
 *  |val     |uaddr   |flags|zero |
 *  +--------+--------+-----+-----+
 */
export const futex_waitv = { valOffset: 0, uaddrOffset: 8, flagsOffset: 16, bytes: 24 } as const

/**
 *  0          4          8          12         32
 *  +----------+----------+----------+-- … -----+
 *  |value     |waiters   |shared    |unused    |    glibc 2.21 and later, where 64 bits can be changed in one step
 *  +----------+----------+----------+-- … -----+
 */
export const sem_t = { valueWord: 0, waitersWord: 1, bytes: 32 } as const
