host = int(os.environ["CANARY_PID"])
door("a signal to a process of the host", lambda: os.kill(host, signal.SIGKILL) is None)
for pid in range(2, 70000, 1):
    if pid != os.getpid():
        try:
            os.kill(pid, 0)
            breach("a process that can be signalled", pid)
        except OSError:
            pass
fd = os.open("/proc/self/fd", os.O_RDONLY)
for name in os.listdir("/proc/self/fd"):
    try:
        fcntl.fcntl(int(name), fcntl.F_SETOWN, host)
        fcntl.fcntl(int(name), 10, signal.SIGKILL)
    except OSError:
        pass
end()
