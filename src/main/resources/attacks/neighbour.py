# The innocent neighbour of every attack: it computes, writes, reads back, starts a thread and a child, and says so.
import hashlib, os, subprocess, threading, time

digest = b"neighbour"
for _ in range(40):
    for _ in range(500):
        digest = hashlib.sha256(digest).digest()
    time.sleep(0.005)
with open("/work/mine", "wb") as file:
    file.write(digest)
with open("/tmp/mine", "wb") as file:
    file.write(bytes(1 << 20))
seen = []
thread = threading.Thread(target=lambda: seen.append(open("/work/mine", "rb").read().hex()))
thread.start()
thread.join()
child = subprocess.run(["/bin/echo", "child"], capture_output=True, text=True).stdout.strip()
print(seen[0], os.path.getsize("/tmp/mine"), child)
