# Bytes that are no text, as arguments and out again.
#: {"args": ["ok"]}
import os, sys
print(os.fsencode("\udcff"), sys.argv)
print("\udcff")
