# A module beside the program goes before the library's, unless that is loaded.
open("/work/colorsys.py", "w").write("print('mine')\n")
import colorsys
print(colorsys.__file__)
