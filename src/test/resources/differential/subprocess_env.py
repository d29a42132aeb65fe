# What a child gets.
import subprocess, re
text = subprocess.run(["env"], capture_output=True, text=True).stdout
print(re.sub(r"EVAL_ID=.*", "EVAL_ID", "\n".join(sorted(text.splitlines()))))
