# Warnings as they are shown.
import warnings
warnings.warn("mind this")
warnings.warn("old", DeprecationWarning)
def f():
    warnings.warn("deep", stacklevel=2)
f()
print(warnings.filters)
