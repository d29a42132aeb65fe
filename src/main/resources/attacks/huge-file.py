with open("/work/huge", "wb") as file:
    file.seek(1 << 33)
    file.write(b"x")
