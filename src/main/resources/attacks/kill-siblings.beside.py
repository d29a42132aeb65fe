me = os.getpid()
for pid in range(2, 5000):
    if pid != me:
        try:
            os.kill(pid, signal.SIGKILL)
            breach("a signal to", pid)
        except OSError:
            pass
door("all processes of the user", lambda: c("kill", -1, 0) == 0 and [p for p in processes() if p not in (1, me)])
end()
