# An exit with nothing.
import sys
print("before")
sys.exit()
