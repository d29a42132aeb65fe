# How the kernel treats a crash of the program.
import resource
print(resource.getrlimit(resource.RLIMIT_CORE), open("/proc/self/coredump_filter").read().strip() if __import__("os").path.exists("/proc/self/coredump_filter") else "")
