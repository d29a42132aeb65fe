while True:
    os.write(1, b"\xff\xfex" * 20000)
