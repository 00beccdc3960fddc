"""The real Tachyon of PyPI as one end of an RPC bus. Run by the Python that .ci/install-tachyon made.

  rpc-peer.py caller PATH COUNT MAX_SIZE   calls a callee that reverses payloads (type 7) and fails on all other types
  rpc-peer.py callee PATH CAPACITY         is such a callee, with Tachyon's own dispatcher; type 8 raises. Ends with its input

The caller prints a JSON line at its end; the callee prints one before it listens.
"""

import json
import os
import struct
import sys
import threading
import time

from tachyon import RpcBus, RpcDispatcher

REVERSE = 7
RAISE = 8
UNKNOWN = 99
ERROR = 0xFFFF
IN_FLIGHT = 20


def payload(index, max_size):
    # Its API knows no empty payloads.
    size = 1 + (index * 37) % max_size
    return bytes((index + at) & 0xFF for at in range(size))


def take(bus, cid):
    with bus.wait(cid) as rx:
        with memoryview(rx) as view:
            return rx.type_id, rx.correlation_id, view.tobytes()


def connect(path):
    for _ in range(2000):
        try:
            return RpcBus.rpc_connect(path)
        except Exception:
            time.sleep(0.01)
    raise SystemExit(f"nobody listens on {path}")


def caller(path, count, max_size):
    wrong = 0
    with connect(path) as bus:
        for index in range(count):
            sent = payload(index, max_size)
            cid = bus.call(sent, msg_type=REVERSE)
            wrong += take(bus, cid) != (REVERSE, cid, sent[::-1])
        # Several under way: their replies have to come in the order of the calls, or the ring is declared corrupt.
        for first in range(0, count, IN_FLIGHT):
            calls = []
            for index in range(first, first + IN_FLIGHT):
                sent = payload(index, min(max_size, 200))
                calls.append((bus.call(sent, msg_type=REVERSE), sent))
            for cid, sent in calls:
                wrong += take(bus, cid) != (REVERSE, cid, sent[::-1])
        with bus.call_zero_copy(16, UNKNOWN) as tx:
            tx.actual_size = 3
        cid = tx.out_cid
        unknown = take(bus, cid) == (ERROR, cid, struct.pack("!H", UNKNOWN))
        cid = bus.call(b"!", msg_type=RAISE)
        raised = take(bus, cid) == (ERROR, cid, struct.pack("!H", RAISE))
        print(json.dumps({"count": count, "wrong": wrong, "unknown": unknown, "raised": raised}), flush=True)


def callee(path, capacity):
    dispatcher = RpcDispatcher()

    @dispatcher.handler(REVERSE)
    def reverse(view):
        return view.tobytes()[::-1]

    @dispatcher.handler(RAISE)
    def fail(_view):
        raise ValueError("as it was told")

    def end_with_input():
        sys.stdin.read()
        os._exit(0)

    # Tachyon notices no caller's end: whoever started us says when it is over.
    threading.Thread(target=end_with_input, daemon=True).start()
    print(json.dumps({"listening": True}), flush=True)
    with RpcBus.rpc_listen(path, capacity, capacity) as bus:
        dispatcher.serve_forever(bus)


if __name__ == "__main__":
    role, path, *rest = sys.argv[1:]
    if role == "caller":
        caller(path, int(rest[0]), int(rest[1]))
    else:
        callee(path, int(rest[0]))
