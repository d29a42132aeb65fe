# Warnings about what was left open.
import warnings
warnings.simplefilter("always")
open("/work/main.py")
print("body")
