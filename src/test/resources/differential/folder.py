# Where the program is, and what is there.
import os
print(os.getcwd(), sorted(os.listdir(".")), sorted(os.listdir("/tmp")), os.stat(".").st_mode, os.stat("/tmp").st_mode, os.stat("main.py").st_mode)
print(sorted(os.listdir("/")))
