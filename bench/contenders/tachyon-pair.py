"""One side of the contender "Tachyon, Python": obeys lines of stdin, through the bindings of PyPI's tachyon-ipc.

near|far FOLDER PROCESSOR, and then, a line each: roundTrip N, or stream N. The near side answers with JSON: nanoseconds of
each round trip, or the moment before the first message; the far side with the moment after the last.
"""

import json
import os
import struct
import sys
import time

from tachyon import TachyonBus, TachyonError

SIZE = 32
CAPACITY = 1 << 20
SPINS = 10000
PATTERN = bytes((at * 31 + 7) & 0xFF for at in range(SIZE))
INDEX = struct.Struct("<i")


def message(index):
    return INDEX.pack(index) + PATTERN[4:28] + INDEX.pack(~index)


def connect(path):
    until = time.monotonic() + 10
    while True:
        bus = TachyonBus()
        try:
            bus.connect(path)
            return bus
        except OSError:
            if time.monotonic() >= until:
                raise
            time.sleep(0.002)


def listen(path):
    bus = TachyonBus()
    bus.listen(path, CAPACITY)
    return bus


def send(bus, payload):
    while True:
        try:
            slot = bus.acquire_tx(SIZE)
            break
        except TachyonError:
            bus.flush()
    with slot:
        with memoryview(slot) as view:
            view[:] = payload
        slot.actual_size = SIZE
        slot.type_id = 0


def receive(bus):
    with bus.acquire_rx(SPINS) as received:
        with memoryview(received) as view:
            return view.tobytes()


def verify(payload, index):
    if payload != message(index):
        raise ValueError(f"not message {index} but {payload.hex()}")


def near_round_trips(tx, rx, count):
    samples = []
    for index in range(count):
        payload = message(index)
        began = time.monotonic_ns()
        send(tx, payload)
        tx.flush()
        reply = receive(rx)
        samples.append(time.monotonic_ns() - began)
        verify(reply, index)
    return samples


def far_round_trips(tx, rx, count):
    for _ in range(count):
        payload = receive(rx)
        send(tx, payload)
        tx.flush()
    return None


def near_stream(tx, rx, count):
    began = time.monotonic_ns()
    for index in range(count):
        send(tx, message(index))
    tx.flush()
    return began


def far_stream(tx, rx, count):
    for index in range(count):
        verify(receive(rx), index)
    return time.monotonic_ns()


def main():
    side, folder, processor = sys.argv[1:4]
    os.sched_setaffinity(0, [int(processor)])
    if side == "near":
        tx = connect(f"{folder}/forward")
        rx = listen(f"{folder}/back")
        tasks = {"roundTrip": near_round_trips, "stream": near_stream}
    else:
        rx = listen(f"{folder}/forward")
        tx = connect(f"{folder}/back")
        tasks = {"roundTrip": far_round_trips, "stream": far_stream}
    print(json.dumps("open"), flush=True)
    for line in sys.stdin:
        task, count = line.split()
        print(json.dumps(tasks[task](tx, rx, int(count))), flush=True)


main()
