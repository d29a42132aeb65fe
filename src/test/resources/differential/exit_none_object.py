# An exit with an object.
raise SystemExit({"a": 1})
