path = "/tmp/swapfile"
with open(path, "wb") as file:
    file.write(b"\0" * (1 << 20))
door("swapon", lambda: call(167, 224, ctypes.c_char_p(path.encode()), 0) == 0)
door("swapoff", lambda: call(168, 225, ctypes.c_char_p(b"/swapfile")) == 0)
# Memory that is pushed out to the host's swap would not count.
import mmap
area = mmap.mmap(-1, 16 << 20)
area.write(b"x" * (16 << 20))
try:
    area.madvise(21)
except (OSError, ValueError):
    pass
swapped = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmSwap")]
door("memory on the host's swap", lambda: [kilobytes for kilobytes in swapped if int(kilobytes) > 0])
end()
