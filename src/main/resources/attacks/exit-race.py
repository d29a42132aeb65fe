# Children write while the program is ending; what it wrote itself must be whole.
for _ in range(8):
    if os.fork() == 0:
        while True:
            try:
                os.write(2, b"noise " * 100)
            except OSError:
                os._exit(0)
sys.stdout.write("x" * 200000 + "\n")
sys.stdout.flush()
end()
os._exit(0)
