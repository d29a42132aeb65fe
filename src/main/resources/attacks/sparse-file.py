with open("/work/huge", "wb") as file:
    try:
        file.truncate(1 << 40)
    except OSError:
        pass
end()
