"""Either side of a bridge in Python, for tests.

peer.py server NAME [BUFFER_BYTES]       prints "ready"; serves until SIGTERM
peer.py client NAME [TIMEOUT_SECONDS]    prints "ready"; answers each line of JSON on its input by one on its output:
    {"method": …, "params": {…}}              {"result": …} or {"failure": EXCEPTION, "message": …}
    {"calls": COUNT}                          {"nsPerCall": …, "wrong": …} after so many calls of add
"""

import json
import logging
import sys
import time

from shm_rpc_bridge import RPCClient, RPCServer

logging.disable(logging.CRITICAL)


def say(value):
    print(value if isinstance(value, str) else json.dumps(value, separators=(",", ":")), flush=True)


def divide(a, b):
    if b == 0:
        raise ValueError("Division by zero")
    return a / b


def sleep(seconds, answer="slept"):
    time.sleep(seconds)
    return answer


def serve(name, buffer_bytes=4096):
    server = RPCServer(name, buffer_size=int(buffer_bytes))
    server.register("add", lambda a, b: a + b)
    server.register("divide", divide)
    server.register("echo", lambda value: value)
    server.register("sleep", sleep)
    server.register("letters", lambda count: "x" * count)
    say("ready")
    server.start()


def many_calls(client, count):
    wrong = 0
    began = time.perf_counter_ns()
    for index in range(count):
        if client.call("add", a=index, b=1) != index + 1:
            wrong += 1
    return {"nsPerCall": (time.perf_counter_ns() - began) / max(count, 1), "wrong": wrong}


def one_call(client, request):
    try:
        return {"result": client.call(request["method"], **request.get("params", {}))}
    except Exception as failure:
        return {"failure": type(failure).__name__, "message": str(failure)}


def call(name, timeout=5.0):
    with RPCClient(name, timeout=float(timeout), wait_for_server=10) as client:
        say("ready")
        for line in sys.stdin:
            request = json.loads(line)
            say(many_calls(client, request["calls"]) if "calls" in request else one_call(client, request))


{"server": serve, "client": call}[sys.argv[1]](*sys.argv[2:])
