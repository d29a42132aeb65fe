# What is in the buffers is written at the end.
import sys
sys.stdout = open(1, "w", buffering=65536, closefd=False)
sys.stdout.write("x" * 100)
