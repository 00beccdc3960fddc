/*
 * ABI 0x04 as the wire page describes it: every offset and every number that another process sees.
 *
 *    0  magic  4 version  8 capacity  12 alignment  16 state            arena header, 768 bytes, then the data area
 *  128  head u64   256  tail u64   384  consumer word u32
 *
 *    0  size   4 type id  8 reserved  12 anything   16 anything (u64)   record header, 64 bytes, then the payload
 */
#ifndef STAND_IN_WIRE_H
#define STAND_IN_WIRE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define WIRE_MAGIC 0x54414348u
#define WIRE_VERSION 4u
#define WIRE_ALIGNMENT 64u
#define WIRE_MIN_CAPACITY 64u
#define WIRE_HEADER_LENGTH 768u
#define WIRE_FLAGS_PLAIN 0u

#define STATE_READY 2u
#define STATE_FATAL 4u

#define WORD_AWAKE 0u
#define WORD_SLEEPING 1u
#define WORD_PURE_SPIN 2u

#define RECORD_HEADER_LENGTH 64u
#define RECORD_SKIP 0xFFFFFFFFu

/* Positions become visible to the other side on every 32nd commit; the head also on a flush, the tail never otherwise. */
#define COMMITS_PER_PUBLICATION 32u

struct arena_header {
  uint32_t magic;
  uint32_t version;
  uint32_t capacity;
  uint32_t alignment;
  _Atomic uint32_t state;
  unsigned char unused_20[128 - 20];
  _Atomic uint64_t head;
  unsigned char unused_136[256 - 136];
  _Atomic uint64_t tail;
  unsigned char unused_264[384 - 264];
  _Atomic uint32_t consumer_word;
  unsigned char unused_388[WIRE_HEADER_LENGTH - 388];
};

struct record_header {
  uint32_t size;
  uint32_t type_id;
  uint32_t reserved;
  uint32_t anything;
  uint64_t correlation_id;
  unsigned char unwritten[RECORD_HEADER_LENGTH - 24];
};

struct handshake {
  uint32_t magic;
  uint32_t version;
  uint32_t capacity;
  uint32_t shared_length;
  uint32_t reverse_capacity;
  uint32_t reverse_shared_length;
  uint32_t alignment;
  uint32_t flags;
};

_Static_assert(offsetof(struct arena_header, state) == 16, "state");
_Static_assert(offsetof(struct arena_header, head) == 128, "head");
_Static_assert(offsetof(struct arena_header, tail) == 256, "tail");
_Static_assert(offsetof(struct arena_header, consumer_word) == 384, "consumer word");
_Static_assert(sizeof(struct arena_header) == WIRE_HEADER_LENGTH, "arena header");
_Static_assert(offsetof(struct record_header, correlation_id) == 16, "correlation id");
_Static_assert(sizeof(struct record_header) == RECORD_HEADER_LENGTH, "record header");
_Static_assert(sizeof(struct handshake) == 32, "handshake");

#endif
