# An exit with a number that does not fit.
import sys
sys.exit(1000)
