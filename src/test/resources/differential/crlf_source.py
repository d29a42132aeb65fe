# Line ends of another system.
x = """a
b"""
print(repr(x))
