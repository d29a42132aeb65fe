for number in range(200):
    open("/work/" + chr(0x4e00 + number) * 80, "w").close()
for name in (b"\xff\xfe\n", b"-rf", b"a\tb", b"\x1b[2J", b"..."):
    os.close(os.open(b"/work/" + name, os.O_CREAT | os.O_WRONLY))
end()
