with open(os.environ["CRUCIBLE_RESULT"], "wb") as file:
    file.write(b'{"reason": "ok", \xff\xfe\x00')
end()
