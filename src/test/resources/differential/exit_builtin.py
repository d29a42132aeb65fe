# The exit that is there for people.
exit(3)
