found = []
for folder in ("/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/lib", "/usr/libexec", "/usr/local"):
    for base, names, files in os.walk(folder):
        for name in files:
            path = os.path.join(base, name)
            try:
                mode = os.lstat(path).st_mode
            except OSError:
                continue
            if stat.S_ISREG(mode) and mode & (stat.S_ISUID | stat.S_ISGID):
                found.append(path)
say(len(found), "programs with the bit")
with open("/tmp/own", "wb") as file:
    file.write(read("/usr/bin/id", 1 << 20))
os.chmod("/tmp/own", 0o6755)
print(subprocess.run(["/tmp/own"], capture_output=True, text=True).stdout.strip(), flush=True)
for command in (["su", "-c", "id -u"], ["sudo", "-n", "id", "-u"], ["mount", "-t", "tmpfs", "none", "/tmp"], ["newgrp", "root"], ["ping", "-c1", "127.0.0.1"]):
    def run():
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=5)
        return done.returncode == 0 and done.stdout
    door(" ".join(command), run)
end()
