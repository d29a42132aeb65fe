door("the result of an earlier run", lambda: os.path.lexists(os.environ["CRUCIBLE_RESULT"]))
end()
