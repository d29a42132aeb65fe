# Allocators and their tracing.
import tracemalloc, sys
print(tracemalloc.is_tracing(), sys.flags.dev_mode, sys.getallocatedblocks() > 0, hasattr(sys, "gettotalrefcount"))
