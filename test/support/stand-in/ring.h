#ifndef STAND_IN_RING_H
#define STAND_IN_RING_H

#include "arena.h"

struct producer {
  struct arena arena;
  uint64_t head;
  uint64_t cached_tail;
  uint32_t unpublished;
  /* Of the slot that producer_acquire gave out. */
  struct record_header *slot;
  uint64_t slot_length;
};

void producer_begin(struct producer *producer, const struct arena *arena);
/* NULL when there is no room, and also when there can never be any: one answer for both. */
void *producer_acquire(struct producer *producer, uint64_t max_size);
void producer_commit(struct producer *producer, uint32_t size, uint32_t type_id);
/* Gives the slot back, but not the skip marker that acquiring it may have written. */
void producer_rollback(struct producer *producer);
/* Publishes when something was committed since the last time; so also the skip marker of a slot that was rolled back. */
void producer_flush(struct producer *producer);

enum receive { RECEIVE_EMPTY, RECEIVE_MESSAGE, RECEIVE_FATAL };

struct sleep_count {
  uint64_t sleeps;
  uint64_t long_sleeps;
  uint64_t lost_wakes;
  double longest_ms;
};

struct consumer {
  struct arena arena;
  uint64_t tail;
  uint64_t cached_head;
  uint32_t unpublished;
  struct record_header *record;
  struct sleep_count slept;
};

void consumer_begin(struct consumer *consumer, const struct arena *arena, int pure_spin);
enum receive consumer_try(struct consumer *consumer);
/* Spins, then sleeps in slices of 200 ms, after which the consumer word is 0 whatever it was before. */
enum receive consumer_wait(struct consumer *consumer, uint32_t spins);
void consumer_commit(struct consumer *consumer);

#endif
