with open(os.environ["CRUCIBLE_RESULT"], "w") as file:
    file.write('{"a": "')
    for _ in range(40):
        file.write("x" * (1 << 20))
    file.write('"}')
end()
