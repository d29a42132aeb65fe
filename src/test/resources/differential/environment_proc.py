# Variables as the kernel has them.
#: {"env": {"MINE": "k"}}
import re
text = open("/proc/self/environ", "rb").read()
print(re.sub(rb"EVAL_ID=[^\0]*", b"EVAL_ID", text).split(b"\0"))
