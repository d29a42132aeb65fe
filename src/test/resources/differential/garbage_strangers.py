# No object of anybody else's is in sight.
import gc, sys
print(sorted({type(o).__module__ for o in gc.get_objects() if isinstance(type(o).__module__, str)} & {"socket", "_socket", "subprocess", "selectors", "select"}))
print([f for f in gc.get_objects() if type(f).__name__ == "frame" and f is not sys._getframe()])
