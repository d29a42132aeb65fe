def held():
    lock = os.open("/usr/bin/env", os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return False
    except OSError:
        return "a neighbour holds a lock"
door("a lock that a neighbour holds", held)
end()
