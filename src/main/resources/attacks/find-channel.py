# Looks for a descriptor that is no standard stream, and for a socket or pipe that somebody shares.
mine = set(os.listdir("/proc/self/fd"))
fd = os.open("/proc/self/fd", os.O_RDONLY)
door("descriptors beyond the standard ones", lambda: [(n, os.readlink(f"/proc/self/fd/{n}")) for n in sorted(mine) if int(n) > 2 and os.path.lexists(f"/proc/self/fd/{n}") and not os.readlink(f"/proc/self/fd/{n}").startswith("/proc")])
import gc
door("objects of a holder", lambda: [repr(o)[:80] for o in gc.get_objects() if isinstance(o, socket.socket)])
top = sys._getframe()
while top.f_back is not None:
    top = top.f_back
door("frames above the program", lambda: (top.f_code.co_name, top.f_code.co_filename) != ("<module>", os.path.abspath(__file__)) and top.f_code)
door("modules of a holder", lambda: [name for name in sys.modules if "crucible" in name or "holder" in name])
door("threads of a holder", lambda: [t for t in threading.enumerate() if t is not threading.main_thread()])
door("memory that is shared for writing", lambda: [line for line in open("/proc/self/maps") if "rw-s" in line])
end()
