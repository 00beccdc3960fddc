/* What this program tells whoever started it: lines of JSON on stdout, the last of them the result. */
#ifndef STAND_IN_REPORT_H
#define STAND_IN_REPORT_H

#include <stdint.h>

struct result {
  uint64_t messages;
  uint64_t bytes;
  uint32_t hash;
  /* Index of the first message that is not what seed and sizes say it should be; -1 when there is none. */
  int64_t first_wrong;
  /*
   * How often the consumer slept in the kernel, how often for over 50 ms, and the longest such sleep. From the producer of
   * a wake bench: how often it sent to a consumer whose word said that it sleeps.
   */
  uint64_t sleeps;
  uint64_t long_sleeps;
  double longest_sleep_ms;
  /* Sleeps that nobody ended within their 200 ms, although a message was there. */
  uint64_t lost_wakes;
  /*
   * Wake bench only: messages that were taken over 50 ms after they were published, apart from the time that either
   * process stood in line for a processor; and how long the latest of all took, that time included.
   */
  uint64_t late_messages;
  double latest_ms;
};

void report_listening(void);
void report_result(const struct result *result);
_Noreturn void fail(const char *reason);
_Noreturn void fail_errno(const char *call);

#endif
