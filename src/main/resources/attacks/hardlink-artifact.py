def link(target, name):
    os.link(target, name)
    return os.path.exists(name)
for number, target in enumerate(("/etc/passwd", "/etc/shadow", "/usr/bin/python3", "/proc/1/environ", "/proc/self/exe",
                                 os.environ["CANARY_FILE"], "/dev/null")):
    door(f"a hard link to {target}", lambda: link(target, f"/work/hard-{number}"))
end()
