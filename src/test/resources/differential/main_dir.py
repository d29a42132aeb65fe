# What the main module holds before the program has put anything there.
print(sorted(dir()))
import sys
print(sys.modules["__main__"].__dict__ is globals(), sys.modules["__main__"])
