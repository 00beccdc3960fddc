/**
 * Where every byte of a record is. A record never wraps; the next one begins `reserved` bytes on.
 *
 * ```
 *  0        4        8        12       16               24                         64
 *  +--------+--------+--------+--------+----------------+--------------------------+--- … ----+--- … ---+
 *  | size   | type   |reserved|   0    | correlation id |          unused          | payload  | padding |
 *  | u32    | u32    | u32    |        | u64, RPC only  |                          | size     |         |
 *  +--------+--------+--------+--------+----------------+--------------------------+--- … ----+--- … ---+
 *  |<------------------------------------ reserved: a multiple of 64 ---------------------------------->|
 * ```
 */
export const SIZE_OFFSET = 0
export const TYPE_OFFSET = 4
export const RESERVED_OFFSET = 8
/** 0 in calls and replies, anything in plain messages. */
export const ROUTING_OFFSET = 12
export const CORRELATION_OFFSET = 16
export const HEADER_LENGTH = 64

/** In place of a size: nothing here, the next record is at index 0. */
export const SKIP_MARKER = 0xffff_ffff
