paths = ["/var/run/docker.sock", "/run/docker.sock", "/run/containerd/containerd.sock", "/run/podman/podman.sock", "/var/run/dbus/system_bus_socket",
         "/run/systemd/private", "/run/systemd/notify", "/tmp/.s.PGSQL.5432", "/run/crio/crio.sock", os.environ["CANARY_SOCKET"],
         "\0" + os.environ["CANARY_ABSTRACT"], "\0/containerd-shim", "\0/tmp/.X11-unix/X0", "/proc/1/root" + os.environ["CANARY_SOCKET"]]
for path in paths:
    def connect():
        with socket.socket(socket.AF_UNIX) as peer:
            peer.settimeout(2)
            peer.connect(path)
            return peer.recv(100) or b"connected"
    door(f"the socket {path!r}", connect)
found = []
for folder, names, files in os.walk("/"):
    if folder.startswith(("/proc", "/sys", "/usr")):
        names.clear()
        continue
    found += [os.path.join(folder, name) for name in files if stat.S_ISSOCK(os.lstat(os.path.join(folder, name)).st_mode)]
door("sockets in the file system", lambda: found)
door("names of abstract sockets", lambda: [line for line in open("/proc/net/unix").read().splitlines()[1:] if "@" in line])
end()
