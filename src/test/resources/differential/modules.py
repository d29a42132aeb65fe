# The modules that are loaded before the program loads any.
import sys
print(sorted(sys.modules))
