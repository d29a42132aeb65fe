# The loader and the spec of the main module.
print(type(__loader__).__module__, type(__loader__).__name__, __spec__, __package__, __doc__, __builtins__.__name__)
print(getattr(__loader__, "name", None), getattr(__loader__, "path", None))
