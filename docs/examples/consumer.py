# consumer.py
from tachyon import Bus

with Bus.listen("/tmp/ringway-guide.sock", 64 * 1024) as bus:
    for count, message in enumerate(bus, start=1):
        print(message.type_id, message.data.decode(), flush=True)
        if count == 3:
            break
