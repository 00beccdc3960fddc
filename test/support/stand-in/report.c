#include "report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void report_listening(void) {
  printf("{\"event\":\"listening\"}\n");
  fflush(stdout);
}

void report_result(const struct result *r) {
  printf("{\"messages\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"hash\":\"%08" PRIx32 "\",\"firstWrong\":%" PRId64
         ",\"sleeps\":%" PRIu64 ",\"longSleeps\":%" PRIu64 ",\"longestSleepMs\":%.3f"
         ",\"lostWakes\":%" PRIu64 ",\"lateMessages\":%" PRIu64 ",\"latestMs\":%.3f}\n",
         r->messages, r->bytes, r->hash, r->first_wrong, r->sleeps, r->long_sleeps, r->longest_sleep_ms,
         r->lost_wakes, r->late_messages, r->latest_ms);
  fflush(stdout);
}

void fail(const char *reason) {
  printf("{\"error\":\"%s\"}\n", reason);
  fflush(stdout);
  exit(3);
}

void fail_errno(const char *call) {
  printf("{\"error\":\"%s: %s\"}\n", call, strerror(errno));
  fflush(stdout);
  exit(3);
}
