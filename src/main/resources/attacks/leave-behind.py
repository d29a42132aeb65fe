for folder, names, files in os.walk("/"):
    if folder.startswith(("/proc", "/sys")):
        names.clear()
        continue
    try:
        with open(os.path.join(folder, "crucible-attack-left"), "w") as file:
            file.write("left")
        say("wrote in", folder)
    except OSError:
        pass
for folder in ("/work", "/tmp"):
    for name in (".bashrc", ".profile", "sitecustomize.py", "usercustomize.py", "os.py", "json.py", "pip.conf", ".npmrc"):
        with open(f"{folder}/{name}", "w") as file:
            file.write("raise SystemExit('left behind')")
os.makedirs("/work/.local/lib/python3.11/site-packages", exist_ok=True)
with open("/work/.local/lib/python3.11/site-packages/usercustomize.py", "w") as file:
    file.write("print('BREACH left behind')")
os.umask(0)
os.environ["LEFT_BEHIND"] = "1"
LIBC.putenv(b"LEFT_BEHIND=1")
sys.modules["json"] = None
import builtins
builtins.print = None
resource.setrlimit(resource.RLIMIT_NOFILE, (50, 50))
signal.signal(signal.SIGUSR1, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2])
os.nice(19)
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
os.chdir("/tmp")
end()
