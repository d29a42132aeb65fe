with open("/tmp/elsewhere.json", "w") as file:
    file.write('{"from": "elsewhere"}')
os.symlink("/tmp/elsewhere.json", os.environ["CRUCIBLE_RESULT"])
end()
