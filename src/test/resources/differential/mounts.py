# What is mounted, how and how large. An engine mounts in any order.
import re
seen = set()
for line in open("/proc/self/mounts"):
    fields = line.split()
    if not fields[0].startswith(("/dev/", "overlay")) and not fields[1].startswith(("/proc/", "/sys")):
        seen.add(" ".join((fields[1], fields[2], re.sub(r"(uid|gid)=\d+", r"\1", fields[3]))))
print(*sorted(seen), sep="\n")
