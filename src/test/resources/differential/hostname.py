# The name of the machine.
import os, platform, socket
print(socket.gethostname(), os.uname().nodename, platform.node(), os.uname().sysname)
