/*
 * The messages that both ends of a test know beforehand. Easily written in any language:
 *
 *   draw      xorshift32: x ^= x << 13, x ^= x >> 17, x ^= x << 5 (32 bits, unsigned); it begins as the seed, 1 if that is 0.
 *   noise     2^18 draws, as little-endian words: 1 MiB.
 *   message i three draws, always: a, b, c.
 *     type id a; but 0xFFFFFFFF, 0x80000000, 0 for i mod 64 = 0, 1, 2.
 *     size    item (i mod number of items) of the list of sizes: N, or for A-B: A + b mod (B - A + 1).
 *     payload `size` bytes of the noise from byte (c mod 2^19).
 *   hash      CRC-32 (zlib's) over size and type id, both u32 little-endian, and payload of each message in turn.
 */
#ifndef STAND_IN_STREAM_H
#define STAND_IN_STREAM_H

#include <stdint.h>

#define STREAM_MAX_SIZE (1u << 19)
#define STREAM_MAX_ITEMS 64

struct size_list {
  uint32_t count;
  uint32_t least[STREAM_MAX_ITEMS];
  uint32_t most[STREAM_MAX_ITEMS];
};

struct message {
  uint32_t size;
  uint32_t type_id;
  const unsigned char *payload;
};

struct stream {
  uint32_t random;
  uint64_t index;
  struct size_list sizes;
  unsigned char *noise;
};

/* "0,1,63-65,512": returns 0 when the text is none. */
int size_list_parse(struct size_list *sizes, const char *text);
void stream_begin(struct stream *stream, uint32_t seed, const struct size_list *sizes);
struct message stream_next(struct stream *stream);
uint32_t stream_draw(uint32_t *random);
uint32_t crc32_of(uint32_t crc, const void *bytes, uint32_t length);

#endif
