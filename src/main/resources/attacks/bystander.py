# A process of the host that no guest may see, signal or reach: it holds a secret in its environment and its arguments,
# and tells it to whoever connects to its abstract socket. It ends with its standard input.
import os, socket, sys, threading

name, secret = sys.argv[1:3]
server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
server.bind("\0" + name)
server.listen()


def serve():
    while True:
        caller, _ = server.accept()
        print("touched", flush=True)
        caller.sendall(secret.encode())
        caller.close()


threading.Thread(target=serve, daemon=True).start()
print("ready", flush=True)
sys.stdin.read()
