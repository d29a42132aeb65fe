# It filled its disk, cleared up, and fails of something else.
try:
    with open("/tmp/big", "wb", buffering=0) as file:
        while True:
            file.write(b"x" * (1 << 20))
except OSError:
    os.unlink("/tmp/big")
sys.exit(12)
