# A text that is badly indented.
def f():
  x = 1
    y = 2
