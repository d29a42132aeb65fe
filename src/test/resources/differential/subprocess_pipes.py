# A child at pipes.
import subprocess
done = subprocess.run(["sh", "-c", "cat; echo err >&2; exit 4"], input=b"in", capture_output=True)
print(done.returncode, done.stdout, done.stderr)
