for number, (major, minor, kind) in enumerate(((8, 0, stat.S_IFBLK), (1, 1, stat.S_IFCHR), (10, 232, stat.S_IFCHR), (1, 3, stat.S_IFCHR), (5, 1, stat.S_IFCHR))):
    for folder in ("/work", "/tmp", "/dev/shm"):
        path = f"{folder}/node-{number}"
        def use():
            os.mknod(path, kind | 0o666, os.makedev(major, minor))
            return os.open(path, os.O_RDWR)
        door(f"the device {major}:{minor} in {folder}", use)
end()
