for pid in range(2, 1000):
    if pid != os.getpid() and os.path.exists(f"/proc/{pid}/root/tmp"):
        breach("the folders of a neighbour", pid)
for path in ("/tmp/secret", "/work/secret", "/dev/shm/secret", "/proc/1/root/tmp/secret"):
    door(f"a neighbour's {path}", lambda: read(path))
    if not path.startswith("/proc"):
        with open(path, "w") as file:
            file.write("mine")
end()
