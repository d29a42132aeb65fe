# Modules' times and more talk, asked for by a variable.
#: {"env": {"PYTHONDEVMODE": "1"}}
import sys, warnings
print(sys.flags.dev_mode, warnings.filters[:2], sys.warnoptions)
