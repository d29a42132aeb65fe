# What every attack in Python starts with. A door is an attempt that must not succeed.
import ctypes, errno, fcntl, os, resource, signal, socket, stat, struct, subprocess, sys, threading, time

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.syscall.restype = ctypes.c_long
ARM = os.uname().machine == "aarch64"
SHUT = (None, "", b"", [], (), {})


def say(*words):
    os.write(1, (" ".join(str(word) for word in words) + "\n").encode("utf-8", "backslashreplace"))


def breach(what, seen=""):
    say("BREACH", what, repr(seen)[:200])


def door(what, attempt):
    """Nothing at all, or a refusal, is what the attempt must get."""
    try:
        got = attempt()
    except (OSError, RuntimeError, ValueError, OverflowError, MemoryError) as refusal:
        say("DENIED", what, type(refusal).__name__, getattr(refusal, "errno", ""))
        return None
    if got is False or any(got is nothing or (type(got) is type(nothing) and got == nothing) for nothing in SHUT):
        say("DENIED", what)
        return None
    breach(what, got)
    return got


def call(x86, arm, *arguments):
    """A raw system call: raises what the kernel answers."""
    number = arm if ARM else x86
    if number is None:
        raise OSError(errno.ENOSYS, "not on this machine")
    got = LIBC.syscall(ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments])
    if got == -1:
        raise OSError(ctypes.get_errno(), "refused")
    return got


def c(name, *arguments):
    """A function of the C library that answers -1 when refused."""
    got = getattr(LIBC, name)(*arguments)
    if got == -1:
        raise OSError(ctypes.get_errno(), "refused")
    return got


def read(path, size=4096):
    with open(path, "rb") as file:
        return file.read(size)


def write(path, data=b"1"):
    fd = os.open(path, os.O_WRONLY)
    try:
        return os.write(fd, data)
    finally:
        os.close(fd)


def processes():
    return sorted(int(name) for name in os.listdir("/proc") if name.isdigit())


def end():
    say("END")
# ---- the attack itself ----
