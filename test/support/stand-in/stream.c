#include "stream.h"

#include <stdlib.h>
#include <string.h>

#include "report.h"

#define NOISE_LENGTH (1u << 20)

int size_list_parse(struct size_list *sizes, const char *text) {
  sizes->count = 0;
  for (const char *at = text;;) {
    char *end;
    unsigned long least = strtoul(at, &end, 10);
    if (end == at) return 0;
    unsigned long most = least;
    if (*end == '-') {
      at = end + 1;
      most = strtoul(at, &end, 10);
      if (end == at) return 0;
    }
    if (least > most || most > STREAM_MAX_SIZE || sizes->count == STREAM_MAX_ITEMS) return 0;
    sizes->least[sizes->count] = (uint32_t)least;
    sizes->most[sizes->count] = (uint32_t)most;
    sizes->count++;
    if (*end == '\0') return 1;
    if (*end != ',') return 0;
    at = end + 1;
  }
}

uint32_t stream_draw(uint32_t *random) {
  uint32_t x = *random;
  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  return *random = x;
}

void stream_begin(struct stream *stream, uint32_t seed, const struct size_list *sizes) {
  stream->random = seed == 0 ? 1 : seed;
  stream->index = 0;
  stream->sizes = *sizes;
  stream->noise = malloc(NOISE_LENGTH);
  if (stream->noise == NULL) fail_errno("malloc");
  for (uint32_t at = 0; at < NOISE_LENGTH; at += 4) {
    uint32_t word = stream_draw(&stream->random);
    memcpy(stream->noise + at, &word, 4);
  }
}

static uint32_t type_id_of(uint64_t index, uint32_t drawn) {
  switch (index % 64) {
    case 0: return 0xFFFFFFFFu;
    case 1: return 0x80000000u;
    case 2: return 0;
    default: return drawn;
  }
}

struct message stream_next(struct stream *stream) {
  uint32_t a = stream_draw(&stream->random);
  uint32_t b = stream_draw(&stream->random);
  uint32_t c = stream_draw(&stream->random);
  uint32_t item = (uint32_t)(stream->index % stream->sizes.count);
  uint32_t least = stream->sizes.least[item];
  uint32_t most = stream->sizes.most[item];
  struct message message = {
      .size = least + b % (most - least + 1),
      .type_id = type_id_of(stream->index, a),
      .payload = stream->noise + c % STREAM_MAX_SIZE,
  };
  stream->index++;
  return message;
}

/* Four bytes at a step, so that hashing does not set the pace of the streams that it checks. */
static uint32_t crc_table[4][256];

static void crc_prepare(void) {
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0xEDB88320u & (0u - (crc & 1)));
    crc_table[0][i] = crc;
  }
  for (uint32_t i = 0; i < 256; i++) {
    for (int t = 1; t < 4; t++) {
      uint32_t shorter = crc_table[t - 1][i];
      crc_table[t][i] = (shorter >> 8) ^ crc_table[0][shorter & 0xFF];
    }
  }
}

uint32_t crc32_of(uint32_t crc, const void *bytes, uint32_t length) {
  if (crc_table[0][1] == 0) crc_prepare();
  const unsigned char *at = bytes;
  crc = ~crc;
  for (; length >= 4; length -= 4, at += 4) {
    uint32_t word;
    memcpy(&word, at, 4);
    crc ^= word;
    crc = crc_table[3][crc & 0xFF] ^ crc_table[2][(crc >> 8) & 0xFF] ^ crc_table[1][(crc >> 16) & 0xFF] ^
          crc_table[0][crc >> 24];
  }
  for (; length > 0; length--, at++) crc = (crc >> 8) ^ crc_table[0][(crc ^ *at) & 0xFF];
  return ~crc;
}
