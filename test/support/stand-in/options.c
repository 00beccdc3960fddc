#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage_text[] =
    "stand-in listen|connect produce|consume PATH [options]\n"
    "  --capacity N        ring size of a listener (65536)\n"
    "  --start-position N  where a listener's head and tail begin (0); a multiple of 64\n"
    "  --count N           messages (1000)\n"
    "  --seed N            what they are drawn from (1)\n"
    "  --sizes LIST        payload sizes in turn, each N or A-B (0-200)\n"
    "  --wait MODE         consume: futex (default), spin, spin-blocking, poll\n"
    "  --spins N           consume: looks before a sleep (10000)\n"
    "  --flush-every N     produce: flush after every Nth message (1) and when full; 0: only when full and at the end\n"
    "  --pause-every N     pause before every Nth message (0: never)\n"
    "  --pause-us A[-B]    for that long, drawn evenly (100)\n"
    "  --rollback-every N  produce: before every Nth message acquire the same, roll back, flush (0: never)\n"
    "  --die-at N          SIGKILL to itself after the Nth message (0: never)\n"
    "  --wake-bench        16-byte messages with a time stamp, each sent once the consumer is asleep\n"
    "  --hold              close, print the result, and live on until stdin ends\n"
    "  --retry-ms N        connect: try again for that long while nobody listens (0)\n"
    "  --deadline-s N      die of SIGALRM after that long (120)\n";

static void usage(const char *complaint) {
  fprintf(stderr, "%s\n%s", complaint, usage_text);
  exit(2);
}

static uint64_t number(const char *text, char **end) {
  uint64_t value = strtoull(text, end, 10);
  if (*end == text) usage(text);
  return value;
}

static uint64_t whole_number(const char *text) {
  char *end;
  uint64_t value = number(text, &end);
  if (*end != '\0') usage(text);
  return value;
}

static enum wait_mode wait_mode(const char *text) {
  if (strcmp(text, "futex") == 0) return WAIT_FUTEX;
  if (strcmp(text, "spin") == 0) return WAIT_SPIN;
  if (strcmp(text, "spin-blocking") == 0) return WAIT_SPIN_BLOCKING;
  if (strcmp(text, "poll") == 0) return WAIT_POLL;
  usage(text);
  return WAIT_FUTEX;
}

static void pause_range(struct options *o, const char *text) {
  char *end;
  o->least_pause_us = o->most_pause_us = (uint32_t)number(text, &end);
  if (*end == '-') o->most_pause_us = (uint32_t)number(end + 1, &end);
  if (*end != '\0' || o->least_pause_us > o->most_pause_us) usage(text);
}

static int is_flag(struct options *o, const char *name) {
  if (strcmp(name, "--wake-bench") == 0) return o->wake_bench = 1;
  if (strcmp(name, "--hold") == 0) return o->hold = 1;
  return 0;
}

static void set(struct options *o, const char *name, const char *value) {
  if (strcmp(name, "--capacity") == 0) o->capacity = whole_number(value);
  else if (strcmp(name, "--start-position") == 0) o->start_position = whole_number(value);
  else if (strcmp(name, "--count") == 0) o->count = whole_number(value);
  else if (strcmp(name, "--seed") == 0) o->seed = (uint32_t)whole_number(value);
  else if (strcmp(name, "--sizes") == 0) { if (!size_list_parse(&o->sizes, value)) usage(value); }
  else if (strcmp(name, "--wait") == 0) o->wait = wait_mode(value);
  else if (strcmp(name, "--spins") == 0) o->spins = (uint32_t)whole_number(value);
  else if (strcmp(name, "--flush-every") == 0) o->flush_every = whole_number(value);
  else if (strcmp(name, "--pause-every") == 0) o->pause_every = whole_number(value);
  else if (strcmp(name, "--pause-us") == 0) pause_range(o, value);
  else if (strcmp(name, "--rollback-every") == 0) o->rollback_every = whole_number(value);
  else if (strcmp(name, "--die-at") == 0) o->die_at = whole_number(value);
  else if (strcmp(name, "--retry-ms") == 0) o->retry_ms = (long)whole_number(value);
  else if (strcmp(name, "--deadline-s") == 0) o->deadline_s = (unsigned)whole_number(value);
  else usage(name);
}

static int choose(const char *text, const char *yes, const char *no) {
  if (strcmp(text, yes) == 0) return 1;
  if (strcmp(text, no) == 0) return 0;
  usage(text);
  return 0;
}

struct options options_parse(int count, char **arguments) {
  struct options o = {.capacity = 65536, .count = 1000, .seed = 1, .spins = 10000, .flush_every = 1,
                      .least_pause_us = 100, .most_pause_us = 100, .deadline_s = 120};
  size_list_parse(&o.sizes, "0-200");
  if (count < 4) usage("a place, a role and a path are needed");
  o.listens = choose(arguments[1], "listen", "connect");
  o.produces = choose(arguments[2], "produce", "consume");
  o.path = arguments[3];
  for (int i = 4; i < count; i++) {
    if (is_flag(&o, arguments[i])) continue;
    if (i + 1 == count) usage(arguments[i]);
    set(&o, arguments[i], arguments[i + 1]);
    i++;
  }
  return o;
}
