# Objects of the program's own classes.
import pickle
class Thing:
    def __init__(self):
        self.x = 1
data = pickle.dumps(Thing())
print(data, type(pickle.loads(data)) is Thing, Thing.__module__, Thing, Thing.__qualname__)
