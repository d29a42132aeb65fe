# Small things that are the same everywhere.
import sys
print(sys.getrefcount(object()), sys.intern("a") is "a"[:], 256 is int("256"))
