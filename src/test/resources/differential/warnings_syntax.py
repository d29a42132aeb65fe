# Warnings of the compiler.
x = 5
if x is 5:
    print("five")
print("\d")
