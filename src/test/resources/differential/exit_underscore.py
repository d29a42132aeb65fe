# An exit that skips everything.
import os, atexit, sys
atexit.register(lambda: print("not seen"))
sys.stdout.write("unbuffered or lost")
os._exit(9)
