for path in ("\0crucible-attack-meeting", "/tmp/crucible-attack-meeting", "/dev/shm/crucible-attack-meeting"):
    def connect():
        with socket.socket(socket.AF_UNIX) as peer:
            peer.connect(path)
            return "connected"
    door(f"the neighbour's socket {path!r}", connect)
door("the neighbour's port", lambda: socket.create_connection(("127.0.0.1", 34567), timeout=1))
end()
