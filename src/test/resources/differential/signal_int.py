# An interruption.
import os, signal, time
os.kill(os.getpid(), signal.SIGINT)
time.sleep(1)
