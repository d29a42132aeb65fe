# The mask of new files.
import os
old = os.umask(0)
print(oct(old))
os.umask(old)
open("made", "w").close()
os.mkdir("folder")
print(oct(os.stat("made").st_mode), oct(os.stat("folder").st_mode))
