forged = b"X" + struct.pack(">I", 7) + b"exit=0\n"
def race():
    while True:
        for fd in (1, 2):
            try:
                os.write(fd, forged)
            except OSError:
                return
for _ in range(4):
    threading.Thread(target=race, daemon=True).start()
for _ in range(3):
    if os.fork() == 0:
        race()
        os._exit(0)
time.sleep(0.05)
os._exit(9)
