# Clocks that begin with the program.
import time
print(time.process_time() < 2, time.thread_time() < 2, time.perf_counter() > 0, time.monotonic() > 0)
