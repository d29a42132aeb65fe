for number in range(2000):
    with open(f"/work/file-{number}", "w") as file:
        file.write("x")
end()
