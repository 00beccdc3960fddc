# producer.py
from tachyon import Bus

with Bus.connect("/tmp/ringway-guide.sock") as bus:
    for i in range(1, 4):
        bus.send(f"message {i} from Python".encode(), type_id=7)
