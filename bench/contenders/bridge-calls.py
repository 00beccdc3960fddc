"""One side of the contender "shm-rpc-bridge, Python": obeys lines of stdin, through the package of PyPI.

near|far FOLDER PROCESSOR, and then, a line each: call N. The near side answers with JSON: nanoseconds of each call. The far
side serves from a thread of its own, whatever it is told.
"""

import json
import os
import sys
import threading
import time

from shm_rpc_bridge import RPCClient, RPCServer

TIMEOUT_S = 60.0
TEXT = "x" * 20


def near(client, count):
    samples = []
    for index in range(count):
        began = time.monotonic_ns()
        reply = client.call("echo", index=index, text=TEXT)
        samples.append(time.monotonic_ns() - began)
        if reply != [index, TEXT]:
            raise ValueError(f"not reply {index} but {reply}")
    return samples


def forget(name):
    """Both sides have it all open by now. Whoever is killed leaves nothing behind."""
    for direction in ("req", "resp"):
        memory = f"srb_{name}_{direction}"
        for file in (memory, f"sem.{memory}_empty", f"sem.{memory}_full"):
            os.unlink(f"/dev/shm/{file}")


def main():
    side, folder, processor = sys.argv[1:4]
    os.sched_setaffinity(0, [int(processor)])
    name = "ringway_bench_" + folder.strip("/").replace("/", "_")
    if side == "near":
        client = RPCClient(name, timeout=TIMEOUT_S, wait_for_server=10)
        forget(name)
        answer = lambda count: near(client, count)
    else:
        server = RPCServer(name, timeout=TIMEOUT_S)
        server.register("echo", lambda index, text: [index, text])
        threading.Thread(target=server.start, daemon=True).start()
        answer = lambda count: None
    print(json.dumps("open"), flush=True)
    for line in sys.stdin:
        _, count = line.split()
        print(json.dumps(answer(int(count))), flush=True)


main()
