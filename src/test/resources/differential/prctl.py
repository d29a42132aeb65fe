# Attributes of a process that are inherited.
import ctypes
libc = ctypes.CDLL(None)
number = ctypes.c_int()
libc.prctl(2, ctypes.byref(number), 0, 0, 0)
print("death signal", number.value)
print("dumpable", libc.prctl(3, 0, 0, 0, 0), "keepcaps", libc.prctl(7, 0, 0, 0, 0), "securebits", libc.prctl(27, 0, 0, 0, 0), "no new privs", libc.prctl(39, 0, 0, 0, 0))
libc.prctl(37, ctypes.byref(number), 0, 0, 0)
print("subreaper", number.value, "seccomp", libc.prctl(21, 0, 0, 0, 0), "thp", libc.prctl(42, 0, 0, 0, 0))
