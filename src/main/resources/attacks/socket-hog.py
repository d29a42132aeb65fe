say("begin")
pairs = []
while True:
    try:
        left, right = socket.socketpair()
    except OSError:
        break
    for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
        left.setsockopt(socket.SOL_SOCKET, option, 1 << 30)
        right.setsockopt(socket.SOL_SOCKET, option, 1 << 30)
    left.setblocking(False)
    try:
        while True:
            left.send(b"x" * 65536)
    except OSError:
        pass
    pairs.append((left, right))
end()
