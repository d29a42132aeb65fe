# A child that writes to the same streams.
import subprocess, sys
print("before", flush=True)
subprocess.run(["sh", "-c", "echo out; echo err >&2; exit 4"])
print("after")
