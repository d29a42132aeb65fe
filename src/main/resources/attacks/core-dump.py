try:
    resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    breach("the limit on cores was raised")
except (OSError, ValueError):
    pass
os.chdir("/work")
pid = os.fork()
if pid == 0:
    block = bytearray(b"x" * (16 << 20))
    os.kill(os.getpid(), signal.SIGSEGV)
_, status = os.waitpid(pid, 0)
door("a core dump", lambda: os.WCOREDUMP(status))
door("core files", lambda: [name for name in os.listdir("/work") + os.listdir("/tmp") if name.startswith("core")])
say("END")
os.kill(os.getpid(), signal.SIGSEGV)
