# Input by the module for it.
#: {"stdin": "x\ny\n"}
import fileinput
for line in fileinput.input():
    print(fileinput.lineno(), fileinput.filename(), line, end="")
