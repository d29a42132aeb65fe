# Modules that a program may expect not to be loaded yet.
import os
for name in ("json", "random", "decimal", "typing", "re", "subprocess", "socket", "ctypes", "logging", "asyncio", "threading"):
    open(f"/work/{name}.py", "w").write("MINE = True\n")
import json, random, decimal, logging
print([hasattr(module, "MINE") for module in (json, random, decimal, logging)])
