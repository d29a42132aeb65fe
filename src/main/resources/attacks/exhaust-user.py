# What the kernel counts for each user, not for each box.
say("begin")
made = {}
def count(name, make, most):
    number = 0
    try:
        while number < most:
            make()
            number += 1
    except (OSError, RuntimeError):
        pass
    made[name] = number
count("inotify", lambda: c("inotify_init1", 0), 5000)
count("timers", lambda: call(222, 107, 1, None, ctypes.byref(ctypes.c_int())), 100000)
signal.pthread_sigmask(signal.SIG_BLOCK, [34])
count("signals", lambda: call(129, 138, os.getpid(), 34, ctypes.create_string_buffer(struct.pack("=iii", 34, 0, -1) + bytes(116))), 200000)
count("queues", lambda: call(240, 180, ctypes.c_char_p(b"crucible-attack-%d" % made.get("queues", 0)), 0o102, 0o600, None), 300)
count("epolls", lambda: call(291, 20, 0), 5000)
say(*made.values())
end()
