"""A text at the top."""
# The docstring of the program.
print(__doc__)
