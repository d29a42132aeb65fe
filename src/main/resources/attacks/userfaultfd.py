door("userfaultfd", lambda: call(323, 282, 0))
door("userfaultfd for user mode", lambda: call(323, 282, 1))
door("its device", lambda: os.open("/dev/userfaultfd", os.O_RDWR))
end()
