found = []
for folder, names, files in os.walk("/"):
    if folder.startswith(("/proc", "/sys")):
        names.clear()
        continue
    found += [os.path.join(folder, name) for name in files if "crucible-attack" in name]
door("files of an earlier run", lambda: found)
door("the work folder's earlier files", lambda: [name for name in os.listdir("/work") if name != "main.py"])
door("the temporary folder's", lambda: os.listdir("/tmp"))
door("a variable", lambda: os.environ.get("LEFT_BEHIND"))
LIBC.getenv.restype = ctypes.c_char_p
door("a variable in C", lambda: LIBC.getenv(b"LEFT_BEHIND"))
import json
door("a lamed module", lambda: json.dumps(1) != "1")
door("a lamed function", lambda: print is None)
door("a limit", lambda: resource.getrlimit(resource.RLIMIT_NOFILE)[1] < 100)
door("an ignored signal", lambda: signal.getsignal(signal.SIGUSR1) != signal.SIG_DFL)
door("a blocked signal", lambda: list(signal.pthread_sigmask(signal.SIG_BLOCK, [])))
door("a nice value", lambda: os.nice(0) > 18)
door("a file mode mask", lambda: os.umask(0o22) == 0)
door("a folder", lambda: os.getcwd() != "/work")
door("processes", lambda: [p for p in processes() if p not in (1, os.getpid())])
end()
