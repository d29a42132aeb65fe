# A hook of the program's own.
import sys
sys.excepthook = lambda kind, value, trace: print("hooked", kind.__name__, value, trace.tb_lineno)
raise ValueError("x")
