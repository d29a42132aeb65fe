# Pages of a shared file stay charged to the run that made them, and go with it.
import mmap
with open("/tmp/shared", "wb+") as file:
    file.truncate(24 << 20)
    area = mmap.mmap(file.fileno(), 24 << 20, mmap.MAP_SHARED)
    for place in range(0, 24 << 20, 4096):
        area[place] = 1
end()
