for fd in (0, 1, 2):
    for request in (0x5412, 0x541c):
        door(f"ioctl {request:x} on {fd}", lambda: fcntl.ioctl(fd, request, b"x") == 0)
door("the controlling terminal", lambda: os.open("/dev/tty", os.O_RDWR))
door("the console", lambda: os.open("/dev/console", os.O_RDWR))
end()
