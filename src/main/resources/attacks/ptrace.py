victim = os.fork()
if victim == 0:
    time.sleep(30)
    os._exit(0)
for pid in (1, os.getppid()):
    for request in (16, 0x4206):
        door(f"ptrace {request} of {pid}", lambda: c("ptrace", request, pid, 0, 0) == 0)
buffer = ctypes.create_string_buffer(8)
class Vector(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]
local = Vector(ctypes.addressof(buffer), 8)
remote = Vector(0x400000, 8)
for name in ("process_vm_readv", "process_vm_writev"):
    door(f"{name} of pid 1", lambda: c(name, 1, ctypes.byref(local), 1, ctypes.byref(remote), 1, 0) > 0)
door("kcmp with pid 1", lambda: call(312, 272, os.getpid(), 1, 0, 0, 0) >= 0)
door("a descriptor of pid 1", lambda: call(438, 438, os.pidfd_open(1), 0, 0))
os.kill(victim, signal.SIGKILL)
end()
