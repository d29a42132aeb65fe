# The interpreter, run again by its own name.
import subprocess, sys
print(subprocess.run([sys.executable, "-c", "import sys; print(sys.argv, sys.flags.ignore_environment, __name__)", "x"], capture_output=True, text=True))
