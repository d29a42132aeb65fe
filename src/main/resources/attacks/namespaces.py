kinds = {"user": 0x10000000, "mount": 0x20000, "pid": 0x20000000, "net": 0x40000000, "ipc": 0x8000000, "uts": 0x4000000,
         "cgroup": 0x2000000, "time": 0x80}
for kind, flag in kinds.items():
    def in_child():
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.write(writer, b"1" if LIBC.unshare(flag) == 0 else b"0")
            os._exit(0)
        os.waitpid(pid, 0)
        return os.read(reader, 1) == b"1"
    door(f"a new {kind} namespace by unshare", in_child)
    def by_clone():
        pid = call(56, 220, flag | signal.SIGCHLD, 0, 0, 0, 0)
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)
        return True
    door(f"a new {kind} namespace by clone", by_clone)
    class Clone(ctypes.Structure):
        _fields_ = [(name, ctypes.c_uint64) for name in ("flags", "pidfd", "child", "parent", "exit", "stack", "size", "tls")]
    def by_clone3():
        pid = call(435, 435, ctypes.byref(Clone(flags=flag, exit=signal.SIGCHLD)), ctypes.sizeof(Clone))
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)
        return True
    door(f"a new {kind} namespace by clone3", by_clone3)
for kind in ("mnt", "net", "pid", "user"):
    door(f"the {kind} namespace of pid 1", lambda: c("setns", os.open(f"/proc/1/ns/{kind}", os.O_RDONLY), 0) == 0)
end()
