def groups():
    found = []
    for folder, names, files in os.walk("/sys/fs/cgroup"):
        for name in files:
            if name in ("cgroup.procs", "memory.max", "pids.max", "release_agent", "tasks", "notify_on_release", "memory.limit_in_bytes"):
                try:
                    os.close(os.open(os.path.join(folder, name), os.O_WRONLY))
                    found.append(os.path.join(folder, name))
                except OSError:
                    pass
    return found
door("cgroups that can be changed", groups)
os.mkdir("/tmp/cg")
for kind in (b"cgroup", b"cgroup2"):
    door(f"mounting {kind}", lambda: c("mount", kind, b"/tmp/cg", kind, 0, None) == 0)
end()
