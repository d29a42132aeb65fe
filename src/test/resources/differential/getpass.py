# A question for a password without a terminal.
#: {"stdin": "secret\n"}
import getpass
print(getpass.getpass())
