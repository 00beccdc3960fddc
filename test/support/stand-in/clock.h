#ifndef STAND_IN_CLOCK_H
#define STAND_IN_CLOCK_H

#include <stdint.h>
#include <time.h>

/* The clock that `process.hrtime` and `time.monotonic_ns` read too, so that stamps compare across processes. */
static inline uint64_t clock_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static inline void cpu_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

#endif
