say("begin")
for make in (lambda: c("shmget", 0x4352, 65536, 0o1666), lambda: c("msgget", 0x4352, 0o1666), lambda: c("semget", 0x4352, 1, 0o1666)):
    try:
        make()
    except OSError:
        pass
try:
    call(240, 180, ctypes.c_char_p(b"crucible-attack"), os.O_CREAT | os.O_RDWR, 0o666, None)
except OSError:
    pass
end()
