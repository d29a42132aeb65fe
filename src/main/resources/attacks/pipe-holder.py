# A child that keeps standard output open must not keep the run.
for _ in range(4):
    if os.fork() == 0:
        os.setsid()
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        time.sleep(3600)
end()
