# The help of a function of the program.
def f(a, b=2):
    """Does nothing."""
help(f)
