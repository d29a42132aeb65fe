# The program, imported by its own name.
if __name__ == "__main__":
    import main
    print(main.__name__, main.VALUE)
VALUE = 5
