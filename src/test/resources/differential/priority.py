# The priority and the processors of the program.
import os
print(os.nice(0), os.sched_getscheduler(0), os.getpriority(os.PRIO_PROCESS, 0), open("/proc/self/oom_score_adj").read().strip(), open("/proc/self/timerslack_ns").read().strip() if os.path.exists("/proc/self/timerslack_ns") else "")
