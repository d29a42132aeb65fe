# A text that is no program.
print("never"
x = = 3
