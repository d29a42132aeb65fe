for name in ("NOFILE", "NPROC", "CORE", "FSIZE", "AS", "DATA", "STACK", "CPU", "MEMLOCK", "SIGPENDING", "MSGQUEUE", "NICE", "RTPRIO", "RTTIME"):
    which = getattr(resource, "RLIMIT_" + name, None)
    if which is None:
        continue
    soft, hard = resource.getrlimit(which)
    if hard != resource.RLIM_INFINITY:
        door(f"a higher {name}", lambda: resource.setrlimit(which, (hard, hard + 1)) is None)
        door(f"no {name} at all", lambda: resource.setrlimit(which, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)) is None)
door("limits of pid 1", lambda: resource.prlimit(1, resource.RLIMIT_NOFILE, (0, 0)))
end()
