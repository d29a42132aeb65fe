# Much input.
#: {"stdin_repeat": 300000}
import sys, hashlib
data = sys.stdin.read()
print(len(data), hashlib.sha256(data.encode()).hexdigest())
