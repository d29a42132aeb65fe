# Bytes and text mixed.
import sys
sys.stdout.write("text ")
sys.stdout.flush()
sys.stdout.buffer.write(bytes(range(256)))
