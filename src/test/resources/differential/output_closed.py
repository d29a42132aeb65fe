# Standard output that was closed.
import sys
sys.stdout.close()
print("x")
