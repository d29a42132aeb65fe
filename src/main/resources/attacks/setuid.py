me = os.getuid()
say("uid is not root" if me != 0 and os.geteuid() != 0 and os.getgid() != 0 else "BREACH root")
for name, become in (("setuid", lambda: os.setuid(0)), ("setgid", lambda: os.setgid(0)), ("setreuid", lambda: os.setreuid(0, 0)),
                     ("setresuid", lambda: os.setresuid(0, 0, 0)), ("setgroups", lambda: os.setgroups([0])), ("another user", lambda: os.setuid(me + 1))):
    door(name, lambda: become() is None)
caps = [line.split()[1] for line in open("/proc/self/status") if line.startswith(("CapEff", "CapPrm", "CapInh", "CapAmb"))]
door("capabilities", lambda: [cap for cap in caps if int(cap, 16)])
header = struct.pack("=Ii", 0x20080522, 0)
door("capset", lambda: call(126, 91, ctypes.c_char_p(header), ctypes.c_char_p(struct.pack("=6I", *[0xffffffff] * 6))) == 0)
door("no_new_privs off", lambda: LIBC.prctl(39, 0, 0, 0, 0) == 0 or LIBC.prctl(38, 0, 0, 0, 0) == 0)
door("keeping capabilities", lambda: LIBC.prctl(47, 2, 21, 0, 0) == 0)
end()
