resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
os.fork()
os._exit(11)
