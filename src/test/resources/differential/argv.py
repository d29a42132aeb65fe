# The arguments as the program sees them.
#: {"args": ["one", "two words", "", "ünï", "-x", "--", "*"]}
import sys
print(sys.argv)
