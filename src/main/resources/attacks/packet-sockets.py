door("a packet socket", lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)))
door("a raw socket", lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP))
door("a raw IPv6 socket", lambda: socket.socket(socket.AF_INET6, socket.SOCK_RAW, 58))
door("a raw IP socket", lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 255))
for name, family in (("vsock", 40), ("alg", 38), ("bluetooth", 31), ("can", 29), ("xdp", 44), ("tipc", 30), ("key", 15), ("rds", 21), ("smc", 43), ("qipcrtr", 42)):
    def make():
        return socket.socket(family, socket.SOCK_SEQPACKET if name == "alg" else socket.SOCK_STREAM if name == "vsock" else socket.SOCK_DGRAM)
    door(f"a socket of {name}", make)
end()
