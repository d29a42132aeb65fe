say("begin")
fds = []
while True:
    fd = os.memfd_create("hog")
    for _ in range(8):
        os.write(fd, b"x" * (1 << 20))
    fds.append(fd)
