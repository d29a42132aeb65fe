# The interpreter's version and build.
import sys, platform
print(sys.version, sys.hexversion, sys.implementation, sys.api_version, platform.python_compiler())
