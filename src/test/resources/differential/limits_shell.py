# The limits of a shell below it.
import subprocess
print(subprocess.run(["bash", "-c", "ulimit -a; ulimit -Ha"], capture_output=True, text=True).stdout)
