# There is no terminal.
import os
try:
    os.open("/dev/tty", os.O_RDWR)
except OSError as e:
    print(e)
try:
    print(os.get_terminal_size())
except OSError as e:
    print(e)
