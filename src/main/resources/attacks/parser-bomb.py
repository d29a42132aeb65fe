# A text that makes the compiler of the language eat memory or its own stack.
say("begin")
for depth in (100, 5000, 200000):
    try:
        compile("(" * depth + ")" * depth, "bomb", "eval")
    except (SyntaxError, MemoryError, RecursionError):
        pass
sys.setrecursionlimit(1 << 30)
def deeper():
    deeper()
deeper()
