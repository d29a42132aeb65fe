addresses = [("127.0.0.1", int(os.environ["CANARY_TCP"])), ("1.1.1.1", 53), ("169.254.169.254", 80), ("10.0.0.1", 80), ("172.17.0.1", 22),
             ("192.168.0.1", 80), ("127.0.0.1", 8080), ("127.0.0.1", 5432), ("127.0.0.1", 6379), ("127.0.0.1", 2375), ("0.0.0.0", int(os.environ["CANARY_TCP"])),
             ("169.254.170.2", 80), ("100.100.100.200", 80)]
begin = time.monotonic()
for address in addresses:
    def connect():
        with socket.create_connection(address, timeout=3) as peer:
            return peer.recv(100) or b"connected"
    door(f"TCP {address}", connect)
say("soon" if time.monotonic() - begin < 10 else "late")
end()
