if os.fork() == 0:
    os._exit(0)
os.wait()
if os.fork() == 0:
    os.setsid()
    time.sleep(0.2)
    os._exit(0)
os._exit(4)
