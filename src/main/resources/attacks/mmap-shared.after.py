import mmap
area = mmap.mmap(-1, 24 << 20)
for place in range(0, 24 << 20, 4096):
    area[place] = 1
end()
