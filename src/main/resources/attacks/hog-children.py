# Each child takes little; all together take too much.
say("begin")
for _ in range(12):
    if os.fork() == 0:
        blocks = []
        for _ in range(30):
            blocks.append(bytearray(b"x" * (1 << 20)))
            time.sleep(0.01)
        time.sleep(60)
while True:
    try:
        os.wait()
    except ChildProcessError:
        sys.exit(1)
