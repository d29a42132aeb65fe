for address in (("127.0.0.1", int(os.environ["CANARY_UDP"])), ("8.8.8.8", 53), ("169.254.169.253", 53), ("255.255.255.255", 67), ("224.0.0.251", 5353)):
    def ask():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
            peer.settimeout(0.3)
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            peer.sendto(b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07example\x03com\x00\x00\x01\x00\x01", address)
            return peer.recv(600)
    door(f"UDP {address}", ask)
end()
