# A crash that is told.
import faulthandler, os, signal
print(faulthandler.is_enabled())
faulthandler.enable()
os.kill(os.getpid(), signal.SIGABRT)
