# Waits at an abstract socket, a port, a file and a lock for a neighbour to come.
waiting = []
server = socket.socket(socket.AF_UNIX)
server.bind("\0crucible-attack-meeting")
waiting.append(server)
try:
    port = socket.socket(socket.AF_INET)
    port.bind(("127.0.0.1", 34567))
    waiting.append(port)
except OSError:
    pass
for path in ("/tmp/crucible-attack-meeting", "/dev/shm/crucible-attack-meeting"):
    named = socket.socket(socket.AF_UNIX)
    named.bind(path)
    waiting.append(named)
for each in waiting:
    each.listen()
    each.settimeout(1)
lock = os.open("/usr/bin/env", os.O_RDONLY)
fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
until = time.monotonic() + 3
while time.monotonic() < until:
    for each in waiting:
        each.settimeout(0.1)
        try:
            each.accept()
            breach("a neighbour came to", each.getsockname())
        except OSError:
            pass
end()
