# Numbers without a seed are nobody else's.
import os, random, uuid, secrets, subprocess, sys
child = subprocess.run([sys.executable, "-c", "import random; print(random.random())"], capture_output=True, text=True).stdout
print(random.random() != float(child), random.getstate()[1][-1], len(set(uuid.uuid4() for _ in range(10))), len(secrets.token_bytes(8)))
