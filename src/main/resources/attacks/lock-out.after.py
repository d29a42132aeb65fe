with open("/work/own", "w") as file:
    file.write("x")
end()
