# Input by the descriptor.
#: {"stdin": "0123456789"}
import os
print(os.read(0, 4), os.read(0, 100), os.read(0, 100))
