#ifndef STAND_IN_LATENESS_H
#define STAND_IN_LATENESS_H

#include <stdint.h>

/* A message of a wake bench: 16 bytes. */
struct stamp {
  uint32_t index;
  uint32_t producer_pid;
  uint64_t published_ns;
};

/* How late messages are, apart from the time that either process stood in line for a processor. */
struct lateness {
  uint64_t late_messages;
  double latest_ms;
  uint64_t messages;
  uint64_t known_delay_ns;
};

void lateness_add(struct lateness *lateness, const struct stamp *stamp);

#endif
