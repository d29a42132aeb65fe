import mmap
say("begin")
areas = []
while True:
    area = mmap.mmap(-1, 4 << 20, mmap.MAP_SHARED | mmap.MAP_ANONYMOUS)
    area.write(b"x" * (4 << 20))
    areas.append(area)
