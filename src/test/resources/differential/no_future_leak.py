# No switch of anybody else's is in force for the program.
def f(x: int): pass
print(f.__annotations__, f.__code__.co_flags)
print(compile("x", "x", "eval").co_flags)
