# Text that cannot be written.
import sys
sys.stderr.write("\ud800 é\n")
