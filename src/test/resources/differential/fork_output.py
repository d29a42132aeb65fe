# What is in a buffer at a fork is written twice, as ever.
import os, sys, io
out = io.TextIOWrapper(open(1, "wb", closefd=False), write_through=False)
out.write("buffered ")
if os.fork() == 0:
    out.flush()
    os._exit(0)
os.wait()
out.flush()
