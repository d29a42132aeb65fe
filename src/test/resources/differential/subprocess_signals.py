# The signals of a child are as they usually are.
import subprocess
text = subprocess.run(["cat", "/proc/self/status"], capture_output=True, text=True).stdout
print([line for line in text.splitlines() if line.startswith("Sig") and not line.startswith("SigQ")])
