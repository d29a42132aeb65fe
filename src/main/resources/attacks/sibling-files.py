for path in ("/tmp/secret", "/work/secret", "/dev/shm/secret"):
    with open(path, "w") as file:
        file.write("a neighbour's secret")
    os.chmod(path, 0o666)
os.chmod("/tmp", 0o777) if os.stat("/tmp").st_uid == os.getuid() else None
time.sleep(3)
for path in ("/tmp/secret", "/work/secret", "/dev/shm/secret"):
    if read(path) != b"a neighbour's secret":
        breach("a neighbour changed a file", path)
end()
