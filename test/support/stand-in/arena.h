#ifndef STAND_IN_ARENA_H
#define STAND_IN_ARENA_H

#include "wire.h"

/* One mapped ring, as either side sees it. */
struct arena {
  struct arena_header *header;
  unsigned char *data;
  uint64_t capacity;
};

/* Creates, seals and formats the memory of a ring. Returns its descriptor. Dies with a message when the system refuses. */
int arena_create(struct arena *arena, const char *label, uint64_t capacity, uint64_t start_position);

/* Maps what a listener sent, at the size that the handshake claims, without asking the kernel for its true size or seals. */
void arena_attach(struct arena *arena, int descriptor, const struct handshake *handshake);

void arena_close(struct arena *arena);

#endif
