if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for fd in range(0, 64):
            try:
                os.close(fd)
            except OSError:
                pass
        while True:
            try:
                with open("/tmp/alive", "w") as file:
                    file.write(str(time.time()))
            except OSError:
                pass
            time.sleep(0.05)
    os._exit(0)
end()
