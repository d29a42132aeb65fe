mine = {1, os.getpid()}
door("processes of others", lambda: [p for p in processes() if p not in mine])
for name in ("environ", "cmdline", "maps", "fd", "mem", "root", "cwd", "exe", "fdinfo", "task"):
    for pid in range(2, 400):
        if pid in mine:
            continue
        path = f"/proc/{pid}/{name}"
        try:
            got = os.listdir(path) if name in ("fd", "fdinfo", "task", "root", "cwd") else read(path, 64)
            breach("looked into another process", (path, got))
        except OSError:
            pass
pid = os.environ["CANARY_PID"]
door("a process of the host", lambda: read(f"/proc/{pid}/environ"))
end()
