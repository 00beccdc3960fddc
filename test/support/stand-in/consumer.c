#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "ring.h"

#define LONG_SLEEP_MS 50.0

void consumer_begin(struct consumer *consumer, const struct arena *arena, int pure_spin) {
  *consumer = (struct consumer){.arena = *arena};
  consumer->tail = atomic_load(&arena->header->tail);
  consumer->cached_head = consumer->tail;
  if (pure_spin) atomic_store(&arena->header->consumer_word, WORD_PURE_SPIN);
}

static enum receive corrupt(struct consumer *consumer) {
  atomic_store(&consumer->arena.header->state, STATE_FATAL);
  return RECEIVE_FATAL;
}

enum receive consumer_try(struct consumer *consumer) {
  struct arena *arena = &consumer->arena;
  if (consumer->tail == consumer->cached_head) {
    if (atomic_load(&arena->header->state) == STATE_FATAL) return RECEIVE_FATAL;
    consumer->cached_head = atomic_load_explicit(&arena->header->head, memory_order_acquire);
    if (consumer->tail == consumer->cached_head) return RECEIVE_EMPTY;
  }
  uint64_t index = consumer->tail & (arena->capacity - 1);
  struct record_header *record = (struct record_header *)(arena->data + index);
  if (record->size == RECORD_SKIP) {
    /* The original does not look at the head again here, so a skip marker published last makes it read an old record. */
    consumer->tail += arena->capacity - index;
    record = (struct record_header *)arena->data;
  }
  uint32_t reserved = record->reserved;
  if (reserved < RECORD_HEADER_LENGTH || reserved > arena->capacity || reserved % WIRE_ALIGNMENT != 0) {
    return corrupt(consumer);
  }
  if (record->size > reserved - RECORD_HEADER_LENGTH) return corrupt(consumer);
  consumer->record = record;
  return RECEIVE_MESSAGE;
}

/* Returns whether the time was over before anybody woke us. */
static int sleep_slice(struct consumer *consumer) {
  const struct timespec slice = {.tv_nsec = 200 * 1000 * 1000};
  uint64_t began_ns = clock_ns();
  long woken = syscall(SYS_futex, &consumer->arena.header->consumer_word, FUTEX_WAIT, WORD_SLEEPING, &slice, NULL, 0);
  int timed_out = woken < 0 && errno == ETIMEDOUT;
  double slept_ms = (double)(clock_ns() - began_ns) / 1e6;
  consumer->slept.sleeps++;
  if (slept_ms > LONG_SLEEP_MS) consumer->slept.long_sleeps++;
  if (slept_ms > consumer->slept.longest_ms) consumer->slept.longest_ms = slept_ms;
  return timed_out;
}

enum receive consumer_wait(struct consumer *consumer, uint32_t spins) {
  _Atomic uint32_t *word = &consumer->arena.header->consumer_word;
  enum receive received;
  if ((received = consumer_try(consumer)) != RECEIVE_EMPTY) return received;
  for (uint32_t i = 0; i < spins; i++) {
    cpu_pause();
    if ((received = consumer_try(consumer)) != RECEIVE_EMPTY) return received;
  }
  for (;;) {
    atomic_store_explicit(word, WORD_SLEEPING, memory_order_relaxed);
    atomic_thread_fence(memory_order_seq_cst);
    int timed_out = 0;
    if ((received = consumer_try(consumer)) == RECEIVE_EMPTY) timed_out = sleep_slice(consumer);
    atomic_store_explicit(word, WORD_AWAKE, memory_order_relaxed);
    if (received == RECEIVE_EMPTY) received = consumer_try(consumer);
    if (timed_out && received == RECEIVE_MESSAGE) consumer->slept.lost_wakes++;
    if (received != RECEIVE_EMPTY) return received;
  }
}

void consumer_commit(struct consumer *consumer) {
  consumer->tail += consumer->record->reserved;
  consumer->record = NULL;
  if (++consumer->unpublished == COMMITS_PER_PUBLICATION) {
    atomic_store_explicit(&consumer->arena.header->tail, consumer->tail, memory_order_release);
    consumer->unpublished = 0;
  }
}
