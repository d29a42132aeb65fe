# What kind of thing the streams are.
import os, stat, sys
for fd in (0, 1, 2):
    mode = os.fstat(fd).st_mode
    print(fd, stat.S_ISFIFO(mode), stat.S_ISSOCK(mode), stat.S_ISREG(mode), stat.S_ISCHR(mode), os.isatty(fd), os.get_blocking(fd), os.get_inheritable(fd))
