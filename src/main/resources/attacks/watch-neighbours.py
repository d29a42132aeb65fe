# A watch on a program that neighbours share tells who starts it, and when.
def watch():
    fd = c("inotify_init1", os.O_NONBLOCK)
    c("inotify_add_watch", fd, os.path.realpath(sys.executable).encode(), 0xfff)
    c("inotify_add_watch", fd, b"/usr/bin/env", 0xfff)
    time.sleep(2.5)
    return os.read(fd, 4096)
door("a watch on a program", watch)
def lease():
    fd = os.open("/usr/bin/env", os.O_RDONLY)
    return fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_RDLCK) == 0
door("a lease on a program", lease)
noticed = []
signal.signal(signal.SIGIO, lambda *_: noticed.append("somebody reads in /usr/bin"))
def notice():
    fcntl.fcntl(os.open("/usr/bin", os.O_RDONLY), fcntl.F_NOTIFY, fcntl.DN_ACCESS | fcntl.DN_MULTISHOT)
    until = time.monotonic() + 1.5
    while time.monotonic() < until:
        time.sleep(0.1)
    return noticed
door("a notice of a folder", notice)
end()
