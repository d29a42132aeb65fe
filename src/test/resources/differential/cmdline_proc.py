# The command as the kernel has it.
#: {"args": ["one", "two words"]}
print(open("/proc/self/cmdline", "rb").read().split(b"\0"), open("/proc/self/comm").read())
import os
print(os.readlink("/proc/self/exe"), os.readlink("/proc/self/cwd"), os.readlink("/proc/self/root"))
