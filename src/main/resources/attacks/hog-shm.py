say("begin")
with open("/dev/shm/hog", "wb") as file:
    while True:
        file.write(b"x" * (1 << 20))
