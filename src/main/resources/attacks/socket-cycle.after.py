def connected():
    with socket.socket(socket.AF_UNIX) as client:
        client.connect("\0crucible-attack-left")
        return True


def taken():
    with socket.socket(socket.AF_UNIX) as server:
        try:
            server.bind("\0crucible-attack-left")
        except OSError as refusal:
            return refusal.errno == errno.EADDRINUSE
    return False


door("a socket of an earlier run", connected)
door("its name", taken)
door("its line", lambda: [line for line in open("/proc/net/unix") if "crucible-attack" in line])
end()
