# A lock on a program that neighbours share tells them that it is held.
lock = os.open("/usr/bin/env", os.O_RDONLY)
fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
time.sleep(3)
end()
