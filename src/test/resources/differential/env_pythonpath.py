# A path of modules that was asked for.
#: {"env": {"PYTHONPATH": "/work/lib:/nowhere"}}
import sys
print(sys.path)
