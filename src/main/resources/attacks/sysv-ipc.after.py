door("shared memory of an earlier run", lambda: c("shmget", 0x4352, 0, 0))
door("a message queue of an earlier run", lambda: c("msgget", 0x4352, 0))
door("a semaphore of an earlier run", lambda: c("semget", 0x4352, 0, 0))
door("a POSIX queue of an earlier run", lambda: call(240, 180, ctypes.c_char_p(b"crucible-attack"), os.O_RDWR, 0, None))
for kind in ("shm", "msg", "sem"):
    door(f"the host's {kind}", lambda: open(f"/proc/sysvipc/{kind}").read().splitlines()[1:])
end()
