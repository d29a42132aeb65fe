signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
with open("/work/big", "wb", buffering=0) as file:
    while True:
        file.write(b"x" * 600)
