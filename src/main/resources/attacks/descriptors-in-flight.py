# Descriptors that lie in a socket's queue belong to nobody's table.
say("begin")
left, right = socket.socketpair()
left.setblocking(False)
kept = [(left, right)]
for _ in range(2000):
    try:
        a, b = socket.socketpair()
        a.setblocking(False)
        socket.send_fds(kept[-1][0], [b"x"], [a.fileno(), b.fileno()] * 60)
        if len(kept) < 400:
            kept.append((a, b))
    except OSError:
        pass
end()
