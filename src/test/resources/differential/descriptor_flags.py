# How the streams were opened.
import fcntl
for fd in (0, 1, 2):
    print(fd, fcntl.fcntl(fd, fcntl.F_GETFL) & 0o3, fcntl.fcntl(fd, fcntl.F_GETFD), fcntl.fcntl(fd, fcntl.F_GETOWN))
