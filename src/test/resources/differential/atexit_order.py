# The last that was registered is the first that is run.
import atexit
for i in range(4):
    atexit.register(print, "atexit", i)
print(atexit._ncallbacks())
