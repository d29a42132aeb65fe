# Numbers from a seed.
import random
random.seed(42)
print([random.random() for _ in range(5)], random.sample(range(100), 5), random.Random("text").getrandbits(64))
