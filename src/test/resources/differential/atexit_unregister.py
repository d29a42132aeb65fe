# What was taken back is not run.
import atexit
def f(): print("f")
def g(): print("g")
atexit.register(f); atexit.register(g); atexit.unregister(f)
