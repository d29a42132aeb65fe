# The program's own text, by all who look for it.
import inspect, linecache, sys
def f():
    return 1
print(inspect.getsource(f), inspect.getsourcefile(f), f.__code__.co_filename, f.__code__.co_firstlineno)
print(repr(linecache.getline(__file__, 1)))
print(inspect.getmodule(f) is sys.modules["__main__"])
