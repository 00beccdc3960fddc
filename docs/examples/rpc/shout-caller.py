# shout-caller.py, with the package tachyon-ipc
from tachyon import RpcBus

with RpcBus.rpc_connect("/tmp/ringway-shout.sock") as bus:
    for word in ("one", "two"):
        with bus.wait(bus.call(word.encode(), msg_type=7)) as reply:
            print(bytes(memoryview(reply)).decode(), flush=True)
