# Both streams in their order.
import sys
for i in range(50):
    print("out", i)
    print("err", i, file=sys.stderr)
