# Hashes of text are different each time.
import os, subprocess, sys
print(sys.flags.hash_randomization, os.environ.get("PYTHONHASHSEED"), hash(1), hash(None) == hash(None))
others = {subprocess.run([sys.executable, "-c", "print(hash('text'))"], capture_output=True, text=True).stdout.strip() for _ in range(3)}
print(len(others), str(hash("text")) in others)
