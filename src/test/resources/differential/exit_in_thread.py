# An exit in a thread is the thread's own.
import sys, threading
thread = threading.Thread(target=lambda: sys.exit(7))
thread.start()
thread.join()
print("still here")
