# As many processors as there are.
import os
print(len(os.sched_getaffinity(0)) == os.cpu_count())
