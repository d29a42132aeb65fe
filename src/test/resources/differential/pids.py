# The numbers of the program and its parent.
import os
print(os.getpid() < 50, os.getppid(), os.getpgrp() == os.getpid(), os.getsid(0) == os.getpid(), sorted(int(p) for p in os.listdir("/proc") if p.isdigit()) == [1, os.getpid()])
