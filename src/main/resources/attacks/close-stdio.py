end()
for fd in (0, 1, 2):
    os.close(fd)
reader, writer = os.pipe()
os.open("/work/own", os.O_RDWR | os.O_CREAT)
time.sleep(0.1)
os._exit(5)
