with open(os.environ["CRUCIBLE_RESULT"], "w") as file:
    file.write("[" * 400000)
end()
