# Blocks at the end are run.
import sys
try:
    try:
        sys.exit(6)
    finally:
        print("inner")
finally:
    print("outer")
