# A package beside the program.
import os
os.mkdir("/work/pkg")
open("/work/pkg/__init__.py", "w").write("from . import part\n")
open("/work/pkg/part.py", "w").write("import __main__\nNAME = __main__.__name__\n")
import pkg
print(pkg.part.NAME, pkg.__path__)
