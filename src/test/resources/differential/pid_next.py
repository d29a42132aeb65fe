# The number of the next process.
import os
pid = os.fork()
if pid == 0:
    os._exit(0)
os.wait()
print(pid - os.getpid())
