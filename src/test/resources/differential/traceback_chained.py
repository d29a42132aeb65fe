# A traceback with a cause and a context.
def f():
    try:
        {}["missing"]
    except KeyError as e:
        raise ValueError("wrapped") from e

try:
    f()
except ValueError:
    raise RuntimeError("during handling")
