if os.fork() == 0:
    blocks = []
    while True:
        blocks.append(bytearray(b"x" * (1 << 20)))
os.wait()
os._exit(0)
