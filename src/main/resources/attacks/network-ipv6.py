for address in ("::1", "2606:4700:4700::1111", "fd00:ec2::254", "fe80::1%lo", "::ffff:127.0.0.1"):
    def connect():
        with socket.socket(socket.AF_INET6) as peer:
            peer.settimeout(3)
            peer.connect((address, int(os.environ["CANARY_TCP"])))
            return b"connected"
    door(f"TCP {address}", connect)
end()
