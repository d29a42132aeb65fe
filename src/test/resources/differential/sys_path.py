# Where modules are looked for.
import sys
print(sys.path, sys.path_hooks, sorted(sys.path_importer_cache))
