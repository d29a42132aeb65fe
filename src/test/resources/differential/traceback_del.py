# A traceback in a destructor.
class Thing:
    def __del__(self):
        raise ValueError("in a destructor")
Thing()
print("after")
