def make(path):
    fd = os.open(path, os.O_CREAT | os.O_WRONLY)
    os.close(fd)
    return path
for folder in ("/", "/usr", "/usr/bin", "/usr/lib", "/etc", "/bin", "/lib", "/dev", "/proc", "/sys", "/var", "/run", "/usr/local/bin",
               "/usr/lib/python3", "/home", "/root", "/opt"):
    door(f"a file in {folder}", lambda: make(folder + "/crucible-attack"))
for path in ("/etc/passwd", "/etc/hosts", "/etc/ld.so.preload", "/usr/bin/python3", "/proc/self/exe", "/bin/sh"):
    door(f"writing {path}", lambda: write(path, b""[:0] or b"x"))
    door(f"mode of {path}", lambda: os.chmod(path, 0o777) is None)
end()
