#define _GNU_SOURCE
#include "handshake.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "report.h"

static struct sockaddr_un address_of(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) fail("the path is longer than 107 bytes");
  strcpy(address.sun_path, path);
  return address;
}

static void send_ring(int connection, int descriptor, uint64_t capacity) {
  struct handshake handshake = {
      .magic = WIRE_MAGIC,
      .version = WIRE_VERSION,
      .capacity = (uint32_t)capacity,
      .shared_length = (uint32_t)(WIRE_HEADER_LENGTH + capacity),
      .alignment = WIRE_ALIGNMENT,
      .flags = WIRE_FLAGS_PLAIN,
  };
  struct iovec bytes = {.iov_base = &handshake, .iov_len = sizeof handshake};
  union {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(int))];
  } control = {0};
  struct msghdr message = {
      .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
  struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
  rights->cmsg_level = SOL_SOCKET;
  rights->cmsg_type = SCM_RIGHTS;
  rights->cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(rights), &descriptor, sizeof descriptor);
  if (sendmsg(connection, &message, 0) != (ssize_t)sizeof handshake) fail_errno("sendmsg");
}

void handshake_listen(struct arena *arena, const char *path, uint64_t capacity, uint64_t start_position) {
  struct sockaddr_un address = address_of(path);
  int descriptor = arena_create(arena, path, capacity, start_position);
  int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener < 0) fail_errno("socket");
  unlink(path);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0) fail_errno("bind");
  if (listen(listener, 1) != 0) fail_errno("listen");
  report_listening();
  int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
  if (connection < 0) fail_errno("accept");
  send_ring(connection, descriptor, capacity);
  close(connection);
  close(listener);
  unlink(path);
  close(descriptor);
}

static int receive_ring(int connection, struct handshake *handshake) {
  struct iovec bytes = {.iov_base = handshake, .iov_len = sizeof *handshake};
  union {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(int))];
  } control = {0};
  struct msghdr message = {
      .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
  ssize_t length = recvmsg(connection, &message, MSG_CMSG_CLOEXEC);
  if (length < 0) fail_errno("recvmsg");
  if (length != (ssize_t)sizeof *handshake) fail("the handshake is not one message of 32 bytes");
  struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
  if (rights == NULL || rights->cmsg_type != SCM_RIGHTS || rights->cmsg_len != CMSG_LEN(sizeof(int))) {
    fail("the handshake carries no descriptor, or not exactly one");
  }
  int descriptor;
  memcpy(&descriptor, CMSG_DATA(rights), sizeof descriptor);
  return descriptor;
}

static void check(const struct handshake *handshake) {
  uint64_t capacity = handshake->capacity;
  if (handshake->magic != WIRE_MAGIC) fail("handshake: magic");
  if (handshake->version != WIRE_VERSION) fail("handshake: version");
  if (handshake->alignment != WIRE_ALIGNMENT) fail("handshake: alignment");
  if (handshake->flags != WIRE_FLAGS_PLAIN) fail("handshake: flags");
  if (capacity < WIRE_MIN_CAPACITY || (capacity & (capacity - 1)) != 0) fail("handshake: capacity");
  if (handshake->shared_length != WIRE_HEADER_LENGTH + capacity) fail("handshake: length");
  if (handshake->reverse_capacity != 0 || handshake->reverse_shared_length != 0) fail("handshake: reverse ring");
}

static int try_connect(const struct sockaddr_un *address) {
  int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connection < 0) fail_errno("socket");
  if (connect(connection, (const struct sockaddr *)address, sizeof *address) == 0) return connection;
  int reason = errno;
  close(connection);
  errno = reason;
  return -1;
}

void handshake_connect(struct arena *arena, const char *path, long retry_ms) {
  struct sockaddr_un address = address_of(path);
  const struct timespec nap = {.tv_nsec = 2 * 1000 * 1000};
  int connection;
  long waited_ms = 0;
  while ((connection = try_connect(&address)) < 0) {
    if ((errno != ENOENT && errno != ECONNREFUSED) || waited_ms >= retry_ms) fail_errno("connect");
    nanosleep(&nap, NULL);
    waited_ms += 2;
  }
  struct handshake handshake = {0};
  int descriptor = receive_ring(connection, &handshake);
  close(connection);
  check(&handshake);
  arena_attach(arena, descriptor, &handshake);
  close(descriptor);
}
