# Without arguments there is only the name.
import sys
print(sys.argv, len(sys.orig_argv))
