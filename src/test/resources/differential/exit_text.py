# An exit with a text.
import sys
sys.exit("a text for standard error")
