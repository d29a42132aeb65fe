for fd in range(3, 1024):
    try:
        os.write(fd, b"forged")
        breach("wrote to the descriptor", fd)
    except OSError:
        pass
for name in os.listdir("/proc/self/fd"):
    if int(name) > 2:
        try:
            os.close(os.open(f"/proc/self/fd/{name}", os.O_WRONLY))
            if os.path.exists(f"/proc/self/fd/{name}"):
                breach("opened the descriptor again", (name, os.readlink(f"/proc/self/fd/{name}")))
        except OSError:
            pass
# Standard output and input are the guest's own, whatever it does with them.
for fd in (0, 1, 2):
    try:
        os.close(os.open(f"/proc/self/fd/{fd}", os.O_RDWR))
    except OSError:
        pass
end()
sys.exit(7)
