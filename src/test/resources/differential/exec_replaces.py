# Another program in the place of this one.
import os
print("before", flush=True)
os.execvp("sh", ["sh", "-c", "echo replaced; exit 12"])
