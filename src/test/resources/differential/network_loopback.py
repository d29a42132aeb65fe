# A program may speak to itself.
import socket
left, right = socket.socketpair()
left.sendall(b"hello")
print(right.recv(5))
