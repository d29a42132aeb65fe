# A child that is not there.
import subprocess
try:
    subprocess.run(["no-such-program"])
except FileNotFoundError as e:
    print(e)
