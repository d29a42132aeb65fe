# Nothing is registered before the program registers it.
import atexit
print(atexit._ncallbacks())
atexit._run_exitfuncs()
