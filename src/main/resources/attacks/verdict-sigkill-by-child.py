if os.fork() == 0:
    os.kill(os.getppid(), signal.SIGKILL)
    os._exit(0)
time.sleep(30)
