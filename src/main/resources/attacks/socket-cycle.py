import array
held = os.memfd_create("held")
os.write(held, b"x" * (8 << 20))
name = socket.socket(socket.AF_UNIX)
name.bind("\0crucible-attack-left")
name.listen()
one, other = socket.socketpair()
rights = array.array("i", [one.fileno(), other.fileno(), held, name.fileno()])
for peer in (one, other):
    peer.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
end()
