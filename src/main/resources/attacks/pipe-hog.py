# Memory of the kernel: pipes, filled.
say("begin")
pipes = []
while True:
    try:
        reader, writer = os.pipe()
    except OSError:
        break
    try:
        fcntl.fcntl(writer, 1031, 1 << 20)
    except OSError:
        pass
    os.set_blocking(writer, False)
    try:
        while True:
            os.write(writer, b"x" * 65536)
    except OSError:
        pass
    pipes.append((reader, writer))
end()
