# A child that reads the program's input after its end finds nobody's.
say(len(sys.stdin.buffer.read()))
if os.fork() == 0:
    while True:
        os.read(0, 4096)
        time.sleep(0.01)
end()
