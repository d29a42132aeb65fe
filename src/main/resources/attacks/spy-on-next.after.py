# the next one's secret
door("another program in its place", lambda: b"the next one's secret" not in read("/work/main.py", 65536))
door("a file of the earlier one", lambda: os.path.lexists("/work/next"))
end()
