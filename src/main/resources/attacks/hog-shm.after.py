door("shared memory of an earlier run", lambda: os.listdir("/dev/shm"))
end()
