# Signals as the kernel has them.
print([line for line in open("/proc/self/status") if line.startswith(("SigBlk", "SigIgn", "SigCgt", "ShdPnd", "SigPnd"))])
