/**
 * Where every byte of a ring's header is: Tachyon's ABI 0x04, and ringway's own words in the bytes that the ABI leaves
 * unused. The only place with these numbers.
 *
 * ```
 *    0        4        8        12       16       20           36       40       44       64       68      127
 *    +--------+--------+--------+--------+--------+--- … ------+--------+--------+--- … --+--------+--- … --+
 *    | magic  |version |capacity| align  | state  | marker     |producer|consumer| unused |producer| unused |
 *    |        |        |        |        |        | (native)   |  seat  |  seat  |        |  word  |        |
 *    +--------+--------+--------+--------+--------+--- … ------+--------+--------+--- … --+--------+--- … --+
 *  128  head u64                                                                   (written by the producer)
 *  256  tail u64                                                                   (written by the consumer)
 *  384  consumer word u32                                                          (written by the consumer)
 *  512  heartbeat u64, always 0
 *  640  heartbeat u64, always 0
 *  768  data, `capacity` bytes
 * ```
 */
export const MAGIC = 0x54414348
export const VERSION = 4
/** Every slot's size, and so every position, is a multiple of this many bytes. */
export const ALIGNMENT = 64

export const MAGIC_OFFSET = 0
export const VERSION_OFFSET = 4
export const CAPACITY_OFFSET = 8
export const ALIGNMENT_OFFSET = 12
export const STATE_OFFSET = 16

/** Four u32 that a native listener writes before it shows the ring to anyone: see `MARKER`. */
export const MARKER_OFFSET = 20
/** Who of the two threads is there, in a `SharedArrayBuffer` ring: `SEAT_FREE`, `SEAT_TAKEN` or `SEAT_LEFT`. */
export const PRODUCER_SEAT_OFFSET = 36
export const CONSUMER_SEAT_OFFSET = 40
/** How the producer sleeps until there is room: the consumer word's mirror, used between native peers only. */
export const PRODUCER_WORD_OFFSET = 64

export const HEAD_OFFSET = 128
export const TAIL_OFFSET = 256
export const CONSUMER_WORD_OFFSET = 384
export const DATA_OFFSET = 768

export const STATE_READY = 2
export const STATE_FATAL = 4

/** Values of the consumer word and of the producer word. The ABI knows the first three; 3 is used between native peers only. */
export const WORD_AWAKE = 0
export const WORD_FUTEX = 1
export const WORD_PURE_SPIN = 2
export const WORD_DOORBELL = 3

export const SEAT_FREE = 0
export const SEAT_TAKEN = 1
export const SEAT_LEFT = 2

/** Below this a foreign ring holds no record with a payload of even 0 bytes (a slot may take half of the ring at most). */
export const MIN_FOREIGN_CAPACITY = 128
export const MIN_CAPACITY = 256
export const MAX_CAPACITY = 0x8000_0000
