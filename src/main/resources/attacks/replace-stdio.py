end()
file = os.open("/work/own", os.O_RDWR | os.O_CREAT)
for fd in (0, 1, 2):
    os.dup2(file, fd)
os.write(1, b"this goes into a file\n")
os._exit(6)
