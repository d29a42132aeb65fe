# The arguments as the interpreter got them.
#: {"args": ["a", "-v"]}
import sys
print(sys.orig_argv)
