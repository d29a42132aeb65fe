import zlib
packer = zlib.compressobj(9)
bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(512)) + packer.flush()
say("begin")
whole = zlib.decompress(bomb)
