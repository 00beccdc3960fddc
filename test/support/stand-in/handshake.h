#ifndef STAND_IN_HANDSHAKE_H
#define STAND_IN_HANDSHAKE_H

#include "arena.h"

/*
 * Unlinks whatever is at the path, binds, accepts exactly one connection, sends the ring to it, closes, unlinks.
 * SIGPIPE is not blocked: a connector that has gone away kills this process.
 */
void handshake_listen(struct arena *arena, const char *path, uint64_t capacity, uint64_t start_position);

/* Connects, takes one message, closes at once, and never sends a byte. Tries again for retry_ms while nobody listens. */
void handshake_connect(struct arena *arena, const char *path, long retry_ms);

#endif
