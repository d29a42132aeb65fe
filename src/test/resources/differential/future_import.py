# A switch of the compiler concerns the program alone.
from __future__ import annotations
def f(x: undefined) -> "also": pass
print(f.__annotations__)
print(eval("1").__class__)
