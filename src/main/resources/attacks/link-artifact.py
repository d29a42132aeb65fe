targets = ["/etc/passwd", "/etc/shadow", "/etc/hostname", os.environ["CANARY_FILE"], "/proc/self/environ", "/proc/1/environ",
           "/proc/1/root/etc/shadow", "../../etc/passwd", "/usr/bin/python3", "/dev/zero", "/"]
for number, target in enumerate(targets):
    os.symlink(target, f"/work/link-{number}")
os.mkdir("/work/folder")
os.symlink("/etc", "/work/folder/etc")
os.symlink(".", "/work/folder/loop")
end()
