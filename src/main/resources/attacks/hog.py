say("begin")
block = bytearray(1 << 30)
for place in range(0, len(block), 4096):
    block[place] = 1
