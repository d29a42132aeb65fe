class Request(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char * 16), ("flags", ctypes.c_short), ("rest", ctypes.c_char * 22)]
def up():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = bytearray(bytes(Request(b"lo", 0x1043)))
        return fcntl.ioctl(control, 0x8914, request) == 0
def route():
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as control:
        message = struct.pack("=IHHII", 28, 24, 0x605, 1, 0) + struct.pack("=BBBBBBBBI", 2, 0, 0, 0, 254, 3, 0, 1, 0)
        control.send(message)
        return struct.unpack("=i", control.recv(4096)[16:20])[0] == 0
def tunnel():
    return os.open("/dev/net/tun", os.O_RDWR)
door("an interface up", up)
door("a new route", route)
door("a tunnel", tunnel)
door("interfaces beyond loopback", lambda: [name for _, name in socket.if_nameindex() if name == "eth0"])
end()
