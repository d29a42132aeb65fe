# The interfaces that are there.
import socket
print(socket.if_nameindex())
for address in (("127.0.0.1", 9), ("10.0.0.1", 9)):
    try:
        socket.create_connection(address, timeout=2)
    except OSError as e:
        print(address, e)
