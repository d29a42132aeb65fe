# A module beside the program.
import sys
open("/work/helper.py", "w").write("VALUE = 7\nNAME = __name__\nFILE = __file__\n")
import helper
print(helper.VALUE, helper.NAME, helper.FILE, helper.__cached__ is not None, "__pycache__" in __import__("os").listdir("/work"))
