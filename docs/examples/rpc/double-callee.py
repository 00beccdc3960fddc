# double-callee.py, with the package tachyon-ipc
import struct

from tachyon import RpcBus

with RpcBus.rpc_listen("/tmp/ringway-double.sock", 65536, 65536) as bus:
    for _ in range(2):
        with bus.serve() as call:
            (value,) = struct.unpack("<d", memoryview(call))
            correlation_id = call.correlation_id
        bus.reply(correlation_id, struct.pack("<d", 2 * value), msg_type=1)
