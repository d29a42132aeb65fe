# Destructors at the end, in their order.
class Thing:
    def __init__(self, name):
        self.name = name
    def __del__(self, print=print):
        print("gone", self.name)
a = Thing("a")
b = Thing("b")
cycle = [Thing("c")]
cycle.append(cycle)
