time.sleep(0.3)
door("processes of an earlier run", lambda: [p for p in processes() if p not in (1, os.getpid())])
door("what it wrote", lambda: os.path.exists("/tmp/spied"))
end()
