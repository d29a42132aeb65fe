# A pipe that nobody reads.
import os
reader, writer = os.pipe()
os.close(reader)
try:
    os.write(writer, b"x")
except BrokenPipeError as e:
    print(e)
