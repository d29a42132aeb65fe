# The order in which they were loaded.
import sys
print(list(sys.modules))
