# Attributes that only some modules have.
print("__cached__" in globals(), globals().get("__cached__"), "__annotations__" in globals(), __annotations__)
x: int = 3
print(__annotations__)
