# The hooks of the interpreter are its own.
import sys
print(sys.excepthook is sys.__excepthook__, sys.displayhook is sys.__displayhook__, sys.unraisablehook is sys.__unraisablehook__)
print(sys.breakpointhook is sys.__breakpointhook__, sys.gettrace(), sys.getprofile(), sys.meta_path)
