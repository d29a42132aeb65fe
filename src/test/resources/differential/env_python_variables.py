# Variables that the interpreter itself obeys.
#: {"env": {"PYTHONOPTIMIZE": "2", "PYTHONWARNINGS": "error", "PYTHONIOENCODING": "latin-1"}}
import sys
"""doc"""
def f():
    """gone"""
print(sys.flags.optimize, f.__doc__, sys.warnoptions, sys.stdout.encoding)
assert False
