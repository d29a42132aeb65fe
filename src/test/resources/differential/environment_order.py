# The order of the variables.
import os
print(list(os.environ))
