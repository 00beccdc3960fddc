#define _GNU_SOURCE
#include <linux/futex.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ring.h"

void producer_begin(struct producer *producer, const struct arena *arena) {
  *producer = (struct producer){.arena = *arena};
  producer->head = atomic_load(&arena->header->head);
  producer->cached_tail = atomic_load(&arena->header->tail);
}

/* Wakes a sleeping consumer and leaves the word as it is: the consumer clears it, or nobody does. */
static void wake(struct arena_header *header) {
  if (atomic_load_explicit(&header->consumer_word, memory_order_relaxed) == WORD_PURE_SPIN) return;
  atomic_thread_fence(memory_order_seq_cst);
  if (atomic_load_explicit(&header->consumer_word, memory_order_relaxed) == WORD_SLEEPING) {
    syscall(SYS_futex, &header->consumer_word, FUTEX_WAKE, 1, NULL, NULL, 0);
  }
}

static void publish(struct producer *producer) {
  atomic_store_explicit(&producer->arena.header->head, producer->head, memory_order_release);
  producer->unpublished = 0;
  wake(producer->arena.header);
}

static int has_room(struct producer *producer, uint64_t needed) {
  uint64_t capacity = producer->arena.capacity;
  if (capacity - (producer->head - producer->cached_tail) >= needed) return 1;
  producer->cached_tail = atomic_load_explicit(&producer->arena.header->tail, memory_order_acquire);
  return capacity - (producer->head - producer->cached_tail) >= needed;
}

void *producer_acquire(struct producer *producer, uint64_t max_size) {
  struct arena *arena = &producer->arena;
  if (atomic_load(&arena->header->state) == STATE_FATAL) return NULL;
  uint64_t length = (max_size + RECORD_HEADER_LENGTH + WIRE_ALIGNMENT - 1) & ~(uint64_t)(WIRE_ALIGNMENT - 1);
  uint64_t index = producer->head & (arena->capacity - 1);
  uint64_t until_end = arena->capacity - index;
  int wraps = length > until_end;
  if (!has_room(producer, wraps ? until_end + length : length)) return NULL;
  if (wraps) {
    const struct record_header skip = {.size = RECORD_SKIP};
    memcpy(arena->data + index, &skip, sizeof skip);
    producer->head += until_end;
    index = 0;
  }
  producer->slot = (struct record_header *)(arena->data + index);
  producer->slot_length = length;
  return producer->slot + 1;
}

void producer_commit(struct producer *producer, uint32_t size, uint32_t type_id) {
  struct record_header *slot = producer->slot;
  slot->size = size;
  slot->type_id = type_id;
  slot->reserved = (uint32_t)producer->slot_length;
  /* A plain message may hold anything in these two, so something is in them. */
  slot->anything = 0xA5A5A5A5u ^ size;
  slot->correlation_id = 0xFFFFFFFFFFFFFFFFull - type_id;
  producer->head += producer->slot_length;
  producer->slot = NULL;
  if (++producer->unpublished == COMMITS_PER_PUBLICATION) publish(producer);
}

void producer_rollback(struct producer *producer) {
  producer->slot = NULL;
}

void producer_flush(struct producer *producer) {
  if (producer->unpublished > 0) publish(producer);
}
