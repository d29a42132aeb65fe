for target in (1, os.getppid()):
    for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM, signal.SIGINT, signal.SIGCHLD, signal.SIGSEGV, signal.SIGHUP, signal.SIGUSR1, signal.SIGALRM):
        try:
            os.kill(target, number)
        except OSError:
            pass
sys.exit(8)
