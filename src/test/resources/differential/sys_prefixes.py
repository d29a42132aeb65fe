# Where the interpreter is at home.
import sys
print(sys.executable, sys.prefix, sys.exec_prefix, sys.base_prefix, sys._base_executable, sys.platlibdir)
