# The program that starts guests, by way of its own link in /proc, as CVE-2019-5736 did.
for link in ("/proc/self/exe", "/proc/1/exe", "/proc/thread-self/exe"):
    door(f"{link} for writing", lambda: os.open(link, os.O_WRONLY))
    door(f"{link} held and written", lambda: write(f"/proc/self/fd/{os.open(link, os.O_PATH)}", b"x"))
for path in ("/supervisor", "/crucible-supervisor", "/holder", "/.dockerinit", "/init"):
    door(f"writing {path}", lambda: os.open(path, os.O_WRONLY))
end()
