# There is nothing above the program.
import sys, traceback
print(sys._getframe().f_back, sys._getframe().f_code.co_name, sys._getframe().f_code.co_filename, sys._getframe().f_lineno)
print(traceback.format_stack())
