#ifndef STAND_IN_OPTIONS_H
#define STAND_IN_OPTIONS_H

#include <stdint.h>

#include "stream.h"

enum wait_mode {
  WAIT_FUTEX,         /* the blocking receive of the original */
  WAIT_SPIN,          /* word 2 once, then receives that never block */
  WAIT_SPIN_BLOCKING, /* word 2 once, then blocking receives, which overwrite it */
  WAIT_POLL,          /* word 0, receives that never block, a nap of 50 us between them */
};

struct options {
  int listens;
  int produces;
  const char *path;
  uint64_t capacity;
  uint64_t start_position;
  uint64_t count;
  uint32_t seed;
  struct size_list sizes;
  enum wait_mode wait;
  uint32_t spins;
  uint64_t flush_every;
  uint64_t pause_every;
  uint32_t least_pause_us;
  uint32_t most_pause_us;
  uint64_t die_at;
  uint64_t rollback_every;
  int wake_bench;
  int hold;
  long retry_ms;
  unsigned deadline_s;
};

/* Prints how to call this program and exits with 2 when the arguments say nothing sensible. */
struct options options_parse(int count, char **arguments);

#endif
