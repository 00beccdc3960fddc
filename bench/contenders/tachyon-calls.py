"""One side of the contender "Tachyon RPC, Python": obeys lines of stdin, through the bindings of PyPI's tachyon-ipc.

near|far FOLDER PROCESSOR, and then, a line each: call N. The near side answers with JSON: nanoseconds of each call.
"""

import json
import os
import struct
import sys
import time

from tachyon import RpcBus

SIZE = 32
CAPACITY = 1 << 16
PATTERN = bytes((at * 31 + 7) & 0xFF for at in range(SIZE))
INDEX = struct.Struct("<i")


def message(index):
    return INDEX.pack(index) + PATTERN[4:28] + INDEX.pack(~index)


def connect(path):
    until = time.monotonic() + 10
    while True:
        try:
            return RpcBus.rpc_connect(path)
        except OSError:
            if time.monotonic() >= until:
                raise
            time.sleep(0.002)


def near(bus, count):
    samples = []
    for index in range(count):
        payload = message(index)
        began = time.monotonic_ns()
        with bus.wait(bus.call(payload, 1)) as received:
            with memoryview(received) as view:
                reply = view.tobytes()
        samples.append(time.monotonic_ns() - began)
        if reply != payload:
            raise ValueError(f"not reply {index} but {reply.hex()}")
    return samples


def far(bus, count):
    for _ in range(count):
        with bus.serve() as received:
            with memoryview(received) as view:
                payload = view.tobytes()
            correlation_id = received.correlation_id
        bus.reply(correlation_id, payload, 1)
    return None


def main():
    side, folder, processor = sys.argv[1:4]
    os.sched_setaffinity(0, [int(processor)])
    path = f"{folder}/rpc"
    bus = connect(path) if side == "near" else RpcBus.rpc_listen(path, CAPACITY, CAPACITY)
    print(json.dumps("open"), flush=True)
    for line in sys.stdin:
        _, count = line.split()
        print(json.dumps((near if side == "near" else far)(bus, int(count))), flush=True)


main()
