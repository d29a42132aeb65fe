# The program, run as a module.
import runpy
open("/work/other.py", "w").write("print(__name__, __file__, __spec__)\n")
runpy.run_path("/work/other.py", run_name="__main__")
runpy.run_module("other")
