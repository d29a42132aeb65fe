# The names that every program has.
import builtins
print(sorted(vars(builtins)))
