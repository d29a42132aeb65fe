# The calls of another architecture, by which filters have been dodged.
def other():
    pid = os.fork()
    if pid == 0:
        LIBC.syscall(ctypes.c_long(0x40000000 | 39))
        os._exit(0 if ctypes.get_errno() == 0 else 1)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status) == 0
if ARM:
    say("DENIED there are none on this machine")
else:
    door("a call of x32", other)
for name, persona in (("READ_IMPLIES_EXEC", 0x400000), ("ADDR_NO_RANDOMIZE", 0x40000), ("MMAP_PAGE_ZERO", 0x100000)):
    say(name, LIBC.personality(persona))
end()
