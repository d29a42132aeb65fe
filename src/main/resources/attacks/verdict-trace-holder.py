for target in (1, os.getppid()):
    for request in (16, 0x4206):
        if LIBC.ptrace(request, target, 0, 0) == 0:
            breach("traces the holder")
    try:
        write(f"/proc/{target}/mem", b"x")
        breach("wrote the holder's memory")
    except OSError:
        pass
sys.exit(8)
