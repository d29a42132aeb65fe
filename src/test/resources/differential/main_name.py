# The name of the program's module.
print(__name__)
