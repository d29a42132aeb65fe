# What the collector finds of the program's own.
import gc
class Node: pass
gc.collect()
a = Node(); a.self = a; del a
print(gc.collect(), [o for o in gc.get_objects() if isinstance(o, Node)])
