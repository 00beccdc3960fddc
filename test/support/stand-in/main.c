/*
 * A peer that speaks ABI 0x04 and nothing more, and behaves as the original does, its faults included: head published on
 * every 32nd commit or on a flush, tail on every 32nd commit and at no other time, a consumer word that the producer never
 * clears and every blocking receive overwrites, one accept, an early close, death by SIGPIPE, memory mapped unseen.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "handshake.h"
#include "lateness.h"
#include "options.h"
#include "report.h"
#include "ring.h"

#define WAIT_FOR_SLEEPER_MS 300

static void pause_before(const struct options *o, uint64_t index, uint32_t *random) {
  if (o->pause_every == 0 || index % o->pause_every != 0) return;
  uint64_t us = o->least_pause_us + stream_draw(random) % (o->most_pause_us - o->least_pause_us + 1);
  if (us > 1000) {
    const struct timespec nap = {.tv_sec = (time_t)(us / 1000000), .tv_nsec = (long)(us % 1000000) * 1000};
    nanosleep(&nap, NULL);
    return;
  }
  for (uint64_t until = clock_ns() + us * 1000; clock_ns() < until;) cpu_pause();
}

static void count_message(struct result *result, uint32_t size, uint32_t type_id, const void *payload) {
  const uint32_t head[2] = {size, type_id};
  result->hash = crc32_of(crc32_of(result->hash, head, sizeof head), payload, size);
  result->messages++;
  result->bytes += size;
}

static void die_when_due(const struct options *o, uint64_t messages) {
  if (o->die_at != 0 && messages == o->die_at) kill(getpid(), SIGKILL);
}

static void *acquire(struct producer *producer, uint32_t size) {
  void *payload;
  for (int tries = 0; (payload = producer_acquire(producer, size)) == NULL; tries++) {
    if (atomic_load(&producer->arena.header->state) == STATE_FATAL) fail("state 4");
    producer_flush(producer);
    if (tries % 64 == 63) sched_yield();
    else cpu_pause();
  }
  return payload;
}

static void produce_stream(const struct options *o, struct producer *producer, struct result *result) {
  struct stream stream;
  stream_begin(&stream, o->seed, &o->sizes);
  uint32_t pause_random = o->seed | 1;
  for (uint64_t i = 0; i < o->count; i++) {
    struct message message = stream_next(&stream);
    if (o->rollback_every != 0 && i % o->rollback_every == 0) {
      acquire(producer, message.size);
      producer_rollback(producer);
      producer_flush(producer);
    }
    /* After the rollback, so that what it published is all there is for as long as the pause lasts. */
    pause_before(o, i, &pause_random);
    memcpy(acquire(producer, message.size), message.payload, message.size);
    producer_commit(producer, message.size, message.type_id);
    if (o->flush_every != 0 && (i + 1) % o->flush_every == 0) producer_flush(producer);
    count_message(result, message.size, message.type_id, message.payload);
    die_when_due(o, i + 1);
  }
  producer_flush(producer);
}

static void produce_wakes(const struct options *o, struct producer *producer, struct result *result) {
  uint32_t random = o->seed | 1;
  for (uint32_t i = 0; i < o->count; i++) {
    pause_before(o, i, &random);
    uint64_t until = clock_ns() + WAIT_FOR_SLEEPER_MS * 1000000ull;
    while (atomic_load(&producer->arena.header->consumer_word) != WORD_SLEEPING && clock_ns() < until) cpu_pause();
    if (atomic_load(&producer->arena.header->consumer_word) == WORD_SLEEPING) result->sleeps++;
    struct stamp stamp = {.index = i, .producer_pid = (uint32_t)getpid(), .published_ns = clock_ns()};
    memcpy(acquire(producer, sizeof stamp), &stamp, sizeof stamp);
    producer_commit(producer, sizeof stamp, i);
    producer_flush(producer);
    result->messages++;
    result->bytes += sizeof stamp;
  }
}

static int receive(const struct options *o, struct consumer *consumer) {
  const struct timespec nap = {.tv_nsec = 50 * 1000};
  if (o->wait == WAIT_FUTEX || o->wait == WAIT_SPIN_BLOCKING) return consumer_wait(consumer, o->spins) == RECEIVE_MESSAGE;
  for (uint32_t tries = 1;; tries++) {
    enum receive received = consumer_try(consumer);
    if (received != RECEIVE_EMPTY) return received == RECEIVE_MESSAGE;
    if (o->wait == WAIT_POLL) nanosleep(&nap, NULL);
    else if (tries % 256 == 0) sched_yield();
    else cpu_pause();
  }
}

static void check_stamp(struct lateness *lateness, struct result *result, const struct record_header *record,
                        const void *payload) {
  struct stamp stamp = {0};
  if (record->size == sizeof stamp) memcpy(&stamp, payload, sizeof stamp);
  if (result->first_wrong < 0 && (record->size != sizeof stamp || stamp.index != result->messages)) {
    result->first_wrong = (int64_t)result->messages;
  }
  lateness_add(lateness, &stamp);
}

static void check_message(struct stream *stream, struct result *result, const struct record_header *record,
                          const void *payload) {
  struct message expected = stream_next(stream);
  if (result->first_wrong < 0 && (record->size != expected.size || record->type_id != expected.type_id ||
                                  memcmp(payload, expected.payload, expected.size) != 0)) {
    result->first_wrong = (int64_t)result->messages;
  }
}

static void consume(const struct options *o, struct consumer *consumer, struct result *result) {
  struct lateness lateness = {0};
  struct stream stream;
  stream_begin(&stream, o->seed, &o->sizes);
  uint32_t pause_random = o->seed | 1;
  for (uint64_t i = 0; i < o->count; i++) {
    if (!o->wake_bench) pause_before(o, i, &pause_random);
    if (!receive(o, consumer)) fail("state 4");
    const struct record_header *record = consumer->record;
    const void *payload = record + 1;
    if (o->wake_bench) check_stamp(&lateness, result, record, payload);
    else check_message(&stream, result, record, payload);
    count_message(result, record->size, record->type_id, payload);
    consumer_commit(consumer);
    die_when_due(o, i + 1);
  }
  result->sleeps = consumer->slept.sleeps;
  result->long_sleeps = consumer->slept.long_sleeps;
  result->longest_sleep_ms = consumer->slept.longest_ms;
  result->lost_wakes = consumer->slept.lost_wakes;
  result->late_messages = lateness.late_messages;
  result->latest_ms = lateness.latest_ms;
}

int main(int count, char **arguments) {
  struct options options = options_parse(count, arguments);
  struct result result = {.first_wrong = -1};
  struct arena arena;
  alarm(options.deadline_s);
  if (options.listens) handshake_listen(&arena, options.path, options.capacity, options.start_position);
  else handshake_connect(&arena, options.path, options.retry_ms);

  if (options.produces) {
    struct producer producer;
    producer_begin(&producer, &arena);
    if (options.wake_bench) produce_wakes(&options, &producer, &result);
    else produce_stream(&options, &producer, &result);
  } else {
    struct consumer consumer;
    consumer_begin(&consumer, &arena, options.wait == WAIT_SPIN || options.wait == WAIT_SPIN_BLOCKING);
    consume(&options, &consumer, &result);
  }
  arena_close(&arena);
  report_result(&result);
  char byte;
  while (options.hold && read(STDIN_FILENO, &byte, 1) > 0) continue;
  return 0;
}
