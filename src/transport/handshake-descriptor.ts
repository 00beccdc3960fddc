/**
 * Where every byte of the handshake is: the 32 bytes of the ABI, and what two ringways say to each other beside them.
 *
 * The offer, listener to connector, with one memfd (two for calls and replies):
 * ```
 *  0        4        8        12       16       20       24       28       32
 *  +--------+--------+--------+--------+--------+--------+--------+--------+
 *  | magic  |version |capacity|  size  |capacity|  size  | align  | flags  |
 *  |        |        |     first ring  |    second ring  |        |        |
 *  +--------+--------+--------+--------+--------+--------+--------+--------+
 * ```
 * The marker, in each ring's header at byte 20, written by a native listener before anybody sees the ring:
 * ```
 *  0        4        8        12       16
 *  +--------+--------+--------+--------+
 *  | 'RNGW' |protocol|  role  |   0    |   role: the listener's, in this very ring
 *  +--------+--------+--------+--------+
 * ```
 * The hello (connector to listener, 'RNGH') and the welcome (listener to connector, 'RNGA'):
 * ```
 *  0        4        8        12       16
 *  +--------+--------+--------+--------+
 *  | magic  |protocol|  role  | status |   role: the sender's, in the first ring; status 0: accepted
 *  +--------+--------+--------+--------+
 * ```
 * From then on single bytes, either way: a bell for who sleeps, a goodbye.
 */
export const OFFER_LENGTH = 32
export const OFFER_MAGIC_OFFSET = 0
export const OFFER_VERSION_OFFSET = 4
export const OFFER_FIRST_RING_OFFSET = 8
export const OFFER_SECOND_RING_OFFSET = 16
export const OFFER_ALIGNMENT_OFFSET = 24
export const OFFER_FLAGS_OFFSET = 28
/** Inside each of the two rings' fields. */
export const OFFER_CAPACITY_OFFSET = 0
export const OFFER_SIZE_OFFSET = 4

export const FLAGS_PLAIN = 0
export const FLAGS_CALLS = 1

export const MARKER_LENGTH = 16
export const MARKER_MAGIC_OFFSET = 0
export const MARKER_PROTOCOL_OFFSET = 4
export const MARKER_ROLE_OFFSET = 8
export const MARKER_RESERVED_OFFSET = 12

export const GREETING_LENGTH = 16
export const GREETING_MAGIC_OFFSET = 0
export const GREETING_PROTOCOL_OFFSET = 4
export const GREETING_ROLE_OFFSET = 8
export const GREETING_STATUS_OFFSET = 12

export const MARKER_MAGIC = 0x57474e52
export const HELLO_MAGIC = 0x48474e52
export const WELCOME_MAGIC = 0x41474e52
export const PROTOCOL_VERSION = 1

export const ROLE_PRODUCER = 1
export const ROLE_CONSUMER = 2

export const STATUS_ACCEPTED = 0
/** Both sides would produce, or both consume. */
export const STATUS_ROLE_CONFLICT = 1
/** The connector does not take the ring it was offered. */
export const STATUS_RING_REFUSED = 2
/** The listener gives up before the handshake is through. */
export const STATUS_WITHDRAWN = 3

export const BELL = 0x42
export const GOODBYE = 0x47
