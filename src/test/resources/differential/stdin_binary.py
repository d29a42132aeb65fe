# Input as bytes.
#: {"stdin": "bytes é\u0000\n"}
import sys
print(sys.stdin.buffer.read())
