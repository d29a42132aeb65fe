say("begin")
number = 0
while True:
    for folder in ("/work", "/tmp", "/dev/shm"):
        number += 1
        with open(f"{folder}/hog-{number}", "wb") as file:
            file.write(b"x" * (1 << 20))
