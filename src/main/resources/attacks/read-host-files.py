for path in ("/etc/shadow", "/etc/gshadow", "/etc/ssh", "/root/.bashrc", "/root/.ssh", "/var/run/secrets", "/etc/machine-id",
             "/var/log/syslog", "/etc/crontab", "/boot", os.environ["CANARY_FILE"], "/proc/1/root/etc/shadow",
             "/proc/1/cwd", "/proc/kcore", "/proc/kallsyms", "/proc/kmsg", "/dev/mem", "/dev/kmsg", "/dev/sda", "/dev/vda",
             "/proc/keys", "/sys/firmware", "/proc/sched_debug", "/proc/timer_list"):
    def look():
        if os.path.isdir(path):
            return [name for name in os.listdir(path)]
        text = read(path, 256)
        zeroed = path == "/proc/kallsyms" and all(line.split()[0].strip(b"0") == b"" for line in text.splitlines()[:3])
        return b"" if zeroed else text
    door(path, look)
for folder in ("/home", "/root", "/opt", "/srv", "/mnt", "/media", "/var/lib/docker", "/var/lib/crucible", "/run/docker"):
    door(f"the folder {folder}", lambda: os.listdir(folder))
for folder, names, files in os.walk("/tmp"):
    door(f"files of others in {folder}", lambda: names + files)
end()
