# The size of what can be written.
import os
for path in ("/work", "/tmp", "/dev/shm"):
    s = os.statvfs(path)
    print(path, s.f_blocks * s.f_frsize, s.f_files, s.f_flag)
