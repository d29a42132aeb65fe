# To whom the files belong.
import os
for path in ("/work", "/work/main.py", "/tmp"):
    print(path, os.stat(path).st_uid == os.getuid(), os.stat(path).st_gid == os.getgid(), os.access(path, os.W_OK))
