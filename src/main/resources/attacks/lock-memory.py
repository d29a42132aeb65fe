say("begin")
import mmap
areas = []
while True:
    area = mmap.mmap(-1, 4 << 20)
    area.write(b"x" * (4 << 20))
    LIBC.mlock(ctypes.c_void_p(ctypes.addressof(ctypes.c_char.from_buffer(area))), ctypes.c_size_t(4 << 20))
    areas.append(area)
