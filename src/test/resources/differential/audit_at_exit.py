# What happens after the program's last line.
import sys, os
def hook(event, args):
    if event.startswith(("open", "os.", "socket.", "subprocess", "ctypes", "exec", "import")):
        os.write(1, (event + "\n").encode())
sys.addaudithook(hook)
