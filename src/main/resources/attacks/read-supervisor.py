for name in ("mem", "maps", "environ", "stack", "syscall", "auxv", "pagemap", "io"):
    door(f"/proc/1/{name}", lambda: read(f"/proc/1/{name}", 64))
for name in ("fd", "root", "cwd", "map_files", "ns"):
    door(f"/proc/1/{name}", lambda: [n for n in os.listdir(f"/proc/1/{name}") if os.path.exists(f"/proc/1/{name}/{n}")])
for fd in range(64):
    for how in (os.O_RDONLY, os.O_WRONLY):
        door(f"descriptor {fd} of pid 1", lambda: os.open(f"/proc/1/fd/{fd}", how | os.O_NONBLOCK))
end()
