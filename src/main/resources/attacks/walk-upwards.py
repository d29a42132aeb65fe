path = "/work"
for _ in range(40):
    path += "/.."
door("a root above the root", lambda: sorted(os.listdir(path)) != sorted(os.listdir("/")))
fd = os.open("/", os.O_RDONLY)
for _ in range(20):
    up = os.open("..", os.O_RDONLY, dir_fd=fd)
    fd = up
door("another root by descriptors", lambda: os.fstat(fd).st_ino != os.stat("/").st_ino)
end()
