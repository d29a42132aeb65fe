def writable(root):
    found = []
    for folder, names, files in os.walk(root):
        for name in files:
            path = os.path.join(folder, name)
            if os.access(path, os.W_OK) and not os.path.islink(path):
                try:
                    os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
                    found.append(path)
                except OSError:
                    pass
    return found
door("writable files of /sys", lambda: writable("/sys"))
usual = {"null", "zero", "full", "random", "urandom", "tty", "ptmx", "console"}
def devices():
    found = []
    for folder, names, files in os.walk("/dev"):
        for name in files:
            path = os.path.join(folder, name)
            mode = os.lstat(path).st_mode
            if (stat.S_ISCHR(mode) or stat.S_ISBLK(mode)) and name not in usual:
                found.append(path)
    return found
door("devices beyond the harmless ones", devices)
end()
