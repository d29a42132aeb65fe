# The text of a recursion without end.
def f():
    f()
f()
