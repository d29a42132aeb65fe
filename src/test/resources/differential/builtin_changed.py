# A changed builtin is the program's own.
import builtins
real = builtins.print
builtins.print = lambda *a, **k: real("changed", *a, **k)
print("x")
