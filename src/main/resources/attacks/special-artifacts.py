os.mkfifo("/work/fifo")
server = socket.socket(socket.AF_UNIX)
server.bind("/work/socket")
server.listen()
os.mkfifo(os.environ["CRUCIBLE_RESULT"])
for path, kind in (("/work/null", stat.S_IFCHR), ("/work/disk", stat.S_IFBLK)):
    door(f"mknod {path}", lambda: os.mknod(path, kind | 0o666, os.makedev(8, 0)) is None and os.path.exists(path))
end()
