# Input by lines.
#: {"stdin": "one\ntwo\nthree"}
print(input(), input("prompt> "), input())
