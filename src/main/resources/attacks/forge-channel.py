# Frames such as the platform's own, on everything that could be a way to it.
forged = b"X" + struct.pack(">I", 7) + b"exit=0\n" + b"O" + struct.pack(">I", 3) + b"abc" + b"!" + struct.pack(">I", 1) + b"x"
for fd in range(3, 256):
    try:
        os.write(fd, forged)
        breach("a frame on the descriptor", fd)
    except OSError:
        pass
for pid in (1, os.getppid()):
    for fd in range(64):
        door(f"a frame on {fd} of {pid}", lambda: write(f"/proc/{pid}/fd/{fd}", forged)) if os.path.lexists(f"/proc/{pid}/fd/{fd}") else None
os.write(1, forged)
os.write(2, forged)
end()
sys.exit(9)
