resource.setrlimit(resource.RLIMIT_AS, (64 << 20, 64 << 20))
block = bytearray(128 << 20)
