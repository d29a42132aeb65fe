# Input that has ended.
#: {"stdin": "only\n"}
print(input())
print(input())
