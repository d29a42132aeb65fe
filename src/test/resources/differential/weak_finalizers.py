# Finalizers at the end.
import weakref
class Thing: pass
thing = Thing()
weakref.finalize(thing, print, "finalized")
print("body")
