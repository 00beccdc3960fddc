"""Python callers, and a Python server, of PyPI's shm-rpc-bridge.

server NAME PROCESSOR    prints "ready", and serves `add` until SIGTERM
client NAME PROCESSOR    prints "ready"; for each line N makes N calls of `add` and prints the nanoseconds they took
"""

import logging
import os
import sys
import time

from shm_rpc_bridge import RPCClient, RPCServer

logging.disable(logging.CRITICAL)
role, name, processor = sys.argv[1:]
os.sched_setaffinity(0, [int(processor)])

if role == "server":
    server = RPCServer(name)
    server.register("add", lambda a, b: a + b)
    print("ready", flush=True)
    server.start()
else:
    with RPCClient(name, wait_for_server=10) as client:
        print("ready", flush=True)
        for line in sys.stdin:
            count = int(line)
            began = time.perf_counter_ns()
            for index in range(count):
                if client.call("add", a=index, b=1) != index + 1:
                    raise SystemExit("a wrong answer")
            print(time.perf_counter_ns() - began, flush=True)
