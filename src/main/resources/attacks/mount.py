os.mkdir("/tmp/m")
for what, where, kind, flags in ((b"none", b"/tmp/m", b"tmpfs", 0), (b"/", b"/tmp/m", None, 4096), (b"proc", b"/tmp/m", b"proc", 0),
                                 (b"sysfs", b"/tmp/m", b"sysfs", 0), (b"none", b"/", None, 32 | 4096), (b"overlay", b"/tmp/m", b"overlay", 0),
                                 (b"/dev/sda1", b"/tmp/m", b"ext4", 0), (b"none", b"/tmp/m", b"devtmpfs", 0)):
    door(f"mount {what} {kind} {flags}", lambda: c("mount", what, where, kind, flags, None) == 0)
for path in (b"/proc", b"/usr", b"/tmp", b"/", b"/dev", b"/sys"):
    door(f"umount {path}", lambda: c("umount2", path, 2) == 0)
door("chroot", lambda: c("chroot", b"/tmp") == 0)
door("pivot_root", lambda: call(155, 41, ctypes.c_char_p(b"/tmp/m"), ctypes.c_char_p(b"/tmp/m")) == 0)
door("fsopen", lambda: call(430, 430, ctypes.c_char_p(b"tmpfs"), 0))
door("open_tree with a copy", lambda: call(428, 428, -100, ctypes.c_char_p(b"/usr"), 1))
door("move_mount", lambda: call(429, 429, -100, ctypes.c_char_p(b"/usr"), -100, ctypes.c_char_p(b"/tmp/m"), 0) == 0)
door("mount_setattr", lambda: call(442, 442, -100, ctypes.c_char_p(b"/usr"), 0, ctypes.c_char_p(bytes(32)), 32) == 0)
end()
