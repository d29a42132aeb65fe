# The file that the program says it is.
import os
print(__file__, os.path.abspath(__file__), os.path.exists(__file__))
