for number in range(1, 65):
    try:
        os.kill(1, number)
    except (OSError, ValueError):
        pass
for target in (-os.getpgrp(), 0):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        os.kill(target, signal.SIGTERM)
    except OSError:
        pass
try:
    signal.pidfd_send_signal(os.pidfd_open(1), signal.SIGKILL)
except OSError:
    pass
time.sleep(0.2)
say("pid 1 lives" if os.path.exists("/proc/1") else "BREACH pid 1 is gone")
end()
