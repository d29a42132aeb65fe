# An exit with a truth value.
raise SystemExit(True)
