# The descriptors that a child has.
import subprocess
print(subprocess.run(["sh", "-c", "ls /proc/self/fd | wc -l; ls /proc/$$/fd"], capture_output=True, text=True).stdout)
