# Leaves a thief where the next program would be read, and keeps descriptors and memory that it could be seen through.
with open("/work/main.py", "w") as file:
    file.write("print('BREACH the program was replaced')")
os.symlink("/tmp/stolen", "/work/next")
if os.fork() == 0:
    os.setsid()
    keep = [os.open(path, os.O_RDONLY) for path in ("/", "/work", "/tmp", "/proc", "/proc/self", "/proc/1") if os.path.exists(path)]
    while True:
        for fd in keep:
            try:
                text = os.open("main.py", os.O_RDONLY, dir_fd=fd)
                if b"the next one's secret" in os.read(text, 65536):
                    os.write(1, b"BREACH read the next program\n")
                os.close(text)
            except OSError:
                pass
end()
