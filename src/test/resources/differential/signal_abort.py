# An abort.
import os
print("before")
os.abort()
