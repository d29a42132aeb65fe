say("begin")
number = 9 ** (9 ** 9)
