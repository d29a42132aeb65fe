# A stack that really overflows.
import sys
sys.setrecursionlimit(10**9)
def f(n):
    return str([f(n + 1)])
f(0)
