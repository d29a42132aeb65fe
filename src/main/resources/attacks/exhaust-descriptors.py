opened = 0
try:
    while opened < 200000:
        os.open("/dev/null", os.O_RDONLY)
        opened += 1
except OSError:
    pass
say("descriptors end" if opened < 200000 else "BREACH descriptors without end")
for _ in range(20):
    if os.fork() == 0:
        time.sleep(0.5)
        os._exit(0)
os.closerange(3, 300000)
end()
