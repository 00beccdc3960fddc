"""The real Tachyon of PyPI with the command line and the report of the stand-in peer (stand-in/options.c, report.h).

As far as its API can follow: it has no receive that never blocks (--wait futex|spin-blocking), and does not show the
consumer word, so that --wake-bench only pauses. Run by the Python that .ci/install-tachyon made.
"""

import argparse
import os
import signal
import struct
import sys
import time
import zlib
from array import array

from tachyon import PeerDeadError, TachyonBus, TachyonError

LATE_MS = 50.0
IN_TIME_MS = 5.0
MESSAGES_PER_READING = 50
# The API does not tell whether a receive slept; one that took this long is counted as one that did.
ASLEEP_MS = 0.03
MAX_SIZE = 1 << 19
NOISE_LENGTH = 1 << 20
STAMP = struct.Struct("<IIQ")
HEAD = struct.Struct("<II")


def draw(x):
    x ^= (x << 13) & 0xFFFFFFFF
    x ^= x >> 17
    x ^= (x << 5) & 0xFFFFFFFF
    return x


def parse_sizes(text):
    ranges = []
    for item in text.split(","):
        least, _, most = item.partition("-")
        ranges.append((int(least), int(most or least)))
    if any(least > most or most > MAX_SIZE for least, most in ranges):
        raise argparse.ArgumentTypeError(text)
    return ranges


def parse_range(text):
    least, _, most = text.partition("-")
    return int(least), int(most or least)


def messages(seed, sizes):
    """The messages that both ends know beforehand, as (type id, payload): the rules are in stand-in/stream.h."""
    random = seed or 1
    words = array("I", bytes(NOISE_LENGTH))
    for at in range(len(words)):
        random = draw(random)
        words[at] = random
    if sys.byteorder == "big":
        words.byteswap()
    noise = words.tobytes()
    special = {0: 0xFFFFFFFF, 1: 0x80000000, 2: 0}
    index = 0
    while True:
        a = draw(random)
        b = draw(a)
        random = draw(b)
        least, most = sizes[index % len(sizes)]
        size = least + b % (most - least + 1)
        offset = random % MAX_SIZE
        yield special.get(index % 64, a), noise[offset : offset + size]
        index += 1


class Report:
    def __init__(self):
        self.messages = 0
        self.bytes = 0
        self.hash = 0
        self.first_wrong = -1
        self.sleeps = 0
        self.long_sleeps = 0
        self.longest_sleep_ms = 0.0
        self.late_messages = 0
        self.latest_ms = 0.0
        self.known_delay_ms = 0.0

    def add(self, type_id, payload):
        self.hash = zlib.crc32(payload, zlib.crc32(HEAD.pack(len(payload), type_id), self.hash))
        self.messages += 1
        self.bytes += len(payload)

    def waited(self, began_ns):
        ms = (time.monotonic_ns() - began_ns) / 1e6
        self.sleeps += ms > ASLEEP_MS
        self.long_sleeps += ms > LATE_MS
        self.longest_sleep_ms = max(self.longest_sleep_ms, ms)

    def wrong(self):
        if self.first_wrong < 0:
            self.first_wrong = self.messages

    def print(self):
        print(
            f'{{"messages":{self.messages},"bytes":{self.bytes},"hash":"{self.hash:08x}","firstWrong":{self.first_wrong},'
            f'"sleeps":{self.sleeps},"longSleeps":{self.long_sleeps},"longestSleepMs":{self.longest_sleep_ms:.3f},'
            f'"lateMessages":{self.late_messages},"latestMs":{self.latest_ms:.3f}}}',
            flush=True,
        )


class Pauses:
    def __init__(self, o):
        self.o = o
        self.random = o.seed | 1

    def before(self, index):
        if self.o.pause_every == 0 or index % self.o.pause_every != 0:
            return
        self.random = draw(self.random)
        least, most = self.o.pause_us
        us = least + self.random % (most - least + 1)
        if us > 1000:
            time.sleep(us / 1e6)
            return
        until = time.monotonic_ns() + us * 1000
        while time.monotonic_ns() < until:
            pass


def open_bus(o):
    if o.place == "listen":
        bus = TachyonBus()
        bus.listen(o.path, o.capacity)
        return bus
    until = time.monotonic() + o.retry_ms / 1e3
    while True:
        try:
            bus = TachyonBus()
            bus.connect(o.path)
            return bus
        except OSError:
            if time.monotonic() >= until:
                raise
            time.sleep(0.002)


def acquire(bus, size):
    """The API answers "full" at once, and flushes nothing by itself."""
    tries = 0
    while True:
        try:
            return bus.acquire_tx(size)
        except PeerDeadError:
            raise
        except TachyonError:
            bus.flush()
        tries += 1
        if tries % 64 == 0:
            os.sched_yield()


def send(bus, type_id, payload):
    with acquire(bus, len(payload)) as slot:
        with memoryview(slot) as view:
            view[: len(payload)] = payload
        slot.actual_size = len(payload)
        slot.type_id = type_id


class RollBack(Exception):
    pass


def roll_back(bus, size):
    try:
        with acquire(bus, size):
            raise RollBack
    except RollBack:
        bus.flush()


def die_when_due(o, count):
    if o.die_at and count == o.die_at:
        os.kill(os.getpid(), signal.SIGKILL)


def produce(o, bus, report):
    pauses = Pauses(o)
    stream = messages(o.seed, o.sizes)
    for index in range(o.count):
        if o.wake_bench:
            pauses.before(index)
            type_id, payload = index, STAMP.pack(index, os.getpid(), time.monotonic_ns())
        else:
            type_id, payload = next(stream)
        if o.rollback_every and index % o.rollback_every == 0:
            roll_back(bus, len(payload))
        if not o.wake_bench:
            pauses.before(index)
        send(bus, type_id, payload)
        if o.flush_every and (index + 1) % o.flush_every == 0:
            bus.flush()
        report.add(type_id, payload)
        die_when_due(o, index + 1)
    bus.flush()


def run_delay_ms(pid):
    try:
        with open(f"/proc/{pid}/schedstat") as file:
            return int(file.read().split()[1]) / 1e6
    except (OSError, IndexError):
        return 0.0


def both_delays_ms(producer_pid):
    """Why this is subtracted is said in stand-in/lateness.c."""
    return run_delay_ms(os.getpid()) + run_delay_ms(producer_pid)


def take_stamp(report, payload):
    if len(payload) != STAMP.size:
        report.wrong()
        return
    index, producer_pid, published_ns = STAMP.unpack(payload)
    if index != report.messages:
        report.wrong()
    waited_ms = (time.monotonic_ns() - published_ns) / 1e6
    report.latest_ms = max(report.latest_ms, waited_ms)
    if waited_ms > LATE_MS and waited_ms - (both_delays_ms(producer_pid) - report.known_delay_ms) > LATE_MS:
        report.late_messages += 1
    if report.messages % MESSAGES_PER_READING == 0 and waited_ms < IN_TIME_MS:
        report.known_delay_ms = both_delays_ms(producer_pid)


def consume(o, bus, report):
    pauses = Pauses(o)
    stream = messages(o.seed, o.sizes)

    def take(message):
        with memoryview(message) as view:
            payload = view.tobytes()
        if o.wake_bench:
            take_stamp(report, payload)
        elif next(stream) != (message.type_id, payload):
            report.wrong()
        report.add(message.type_id, payload)

    while report.messages < o.count:
        if not o.wake_bench:
            pauses.before(report.messages)
        began_ns = time.monotonic_ns()
        if o.batch:
            with bus.drain_batch(min(o.batch, o.count - report.messages), o.spins) as batch:
                report.waited(began_ns)
                for at in range(len(batch)):
                    take(batch[at])
        else:
            with bus.acquire_rx(o.spins) as message:
                report.waited(began_ns)
                take(message)
        die_when_due(o, report.messages)


def options():
    parser = argparse.ArgumentParser()
    parser.add_argument("place", choices=["listen", "connect"])
    parser.add_argument("role", choices=["produce", "consume"])
    parser.add_argument("path")
    parser.add_argument("--capacity", type=int, default=65536)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sizes", type=parse_sizes, default=[(0, 200)])
    parser.add_argument("--wait", choices=["futex", "spin-blocking"], default="futex")
    parser.add_argument("--spins", type=int, default=10000)
    parser.add_argument("--batch", type=int, default=0)
    parser.add_argument("--flush-every", type=int, default=1)
    parser.add_argument("--pause-every", type=int, default=0)
    parser.add_argument("--pause-us", type=parse_range, default=(100, 100))
    parser.add_argument("--rollback-every", type=int, default=0)
    parser.add_argument("--die-at", type=int, default=0)
    parser.add_argument("--wake-bench", action="store_true")
    parser.add_argument("--hold", action="store_true")
    parser.add_argument("--retry-ms", type=int, default=0)
    parser.add_argument("--deadline-s", type=int, default=120)
    return parser.parse_args()


def main():
    o = options()
    # The default action, which ends the process even while it waits inside the library.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(o.deadline_s)
    report = Report()
    bus = open_bus(o)
    if o.role == "produce":
        produce(o, bus, report)
    else:
        if o.wait == "spin-blocking":
            bus.set_polling_mode(1)
        consume(o, bus, report)
    bus.destroy()
    report.print()
    if o.hold:
        sys.stdin.read()


if __name__ == "__main__":
    main()
