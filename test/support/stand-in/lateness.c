#define _GNU_SOURCE
#include "lateness.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "clock.h"

#define LATE_MS 50.0
#define IN_TIME_MS 5.0
#define MESSAGES_PER_READING 50

/* For how long a process's first thread was ready to run and had no processor; 0 where the kernel does not say. */
static uint64_t run_delay_ns(uint32_t pid) {
  char path[64];
  uint64_t ran_ns, delay_ns;
  snprintf(path, sizeof path, "/proc/%" PRIu32 "/schedstat", pid);
  FILE *file = fopen(path, "re");
  if (file == NULL) return 0;
  int fields = fscanf(file, "%" SCNu64 " %" SCNu64, &ran_ns, &delay_ns);
  fclose(file);
  return fields == 2 ? delay_ns : 0;
}

static uint64_t both_delays_ns(const struct stamp *stamp) {
  return run_delay_ns((uint32_t)getpid()) + run_delay_ns(stamp->producer_pid);
}

void lateness_add(struct lateness *lateness, const struct stamp *stamp) {
  double waited_ms = (double)(clock_ns() - stamp->published_ns) / 1e6;
  if (waited_ms > lateness->latest_ms) lateness->latest_ms = waited_ms;
  if (waited_ms > LATE_MS) {
    double delayed_ms = (double)(int64_t)(both_delays_ns(stamp) - lateness->known_delay_ns) / 1e6;
    if (waited_ms - delayed_ms > LATE_MS) lateness->late_messages++;
  }
  /* Behind a message that came in time, all that comes later is published after this reading. */
  if (lateness->messages++ % MESSAGES_PER_READING == 0 && waited_ms < IN_TIME_MS) {
    lateness->known_delay_ns = both_delays_ns(stamp);
  }
}
