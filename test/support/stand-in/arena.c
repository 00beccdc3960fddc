#define _GNU_SOURCE
#include "arena.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report.h"

static void map(struct arena *arena, int descriptor, uint64_t capacity) {
  void *memory = mmap(NULL, WIRE_HEADER_LENGTH + capacity, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (memory == MAP_FAILED) fail_errno("mmap");
  arena->header = memory;
  arena->data = (unsigned char *)memory + WIRE_HEADER_LENGTH;
  arena->capacity = capacity;
}

int arena_create(struct arena *arena, const char *label, uint64_t capacity, uint64_t start_position) {
  int descriptor = memfd_create(label, MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (descriptor < 0) fail_errno("memfd_create");
  if (ftruncate(descriptor, (off_t)(WIRE_HEADER_LENGTH + capacity)) != 0) fail_errno("ftruncate");
  if (fchmod(descriptor, 0600) != 0) fail_errno("fchmod");
  if (fcntl(descriptor, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) fail_errno("fcntl(F_ADD_SEALS)");
  map(arena, descriptor, capacity);

  struct arena_header *header = arena->header;
  header->magic = WIRE_MAGIC;
  header->version = WIRE_VERSION;
  header->capacity = (uint32_t)capacity;
  header->alignment = WIRE_ALIGNMENT;
  atomic_store(&header->head, start_position);
  atomic_store(&header->tail, start_position);
  atomic_store(&header->consumer_word, WORD_AWAKE);
  atomic_store_explicit(&header->state, STATE_READY, memory_order_release);
  return descriptor;
}

void arena_attach(struct arena *arena, int descriptor, const struct handshake *handshake) {
  map(arena, descriptor, handshake->shared_length - WIRE_HEADER_LENGTH);
  const struct arena_header *header = arena->header;
  if (header->magic != WIRE_MAGIC || header->version != WIRE_VERSION || header->alignment != WIRE_ALIGNMENT) {
    fail("the arena is not ABI 0x04");
  }
  if (header->capacity != handshake->capacity) fail("the arena's capacity differs from the handshake's");
}

void arena_close(struct arena *arena) {
  munmap(arena->header, WIRE_HEADER_LENGTH + arena->capacity);
  arena->header = NULL;
}
