for number in range(4):
    with open(f"/work/huge-{number}", "wb") as file:
        try:
            file.truncate(48 << 20)
        except OSError:
            pass
end()
