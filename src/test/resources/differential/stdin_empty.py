# No input at all.
import sys, select
print(repr(sys.stdin.read()), sys.stdin.isatty(), select.select([0], [], [], 1)[0])
