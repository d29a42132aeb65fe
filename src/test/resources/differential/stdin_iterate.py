# Input by iteration.
#: {"stdin": "a\nb\r\nc\n\nd"}
import sys
for line in sys.stdin:
    print(repr(line))
