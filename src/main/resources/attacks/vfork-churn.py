# Children come and go as fast as can be, and nobody waits for them.
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
while True:
    try:
        if os.fork() == 0:
            os._exit(0)
    except OSError:
        pass
