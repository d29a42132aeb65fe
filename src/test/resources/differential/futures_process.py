# A pool of processes by the other module.
from concurrent.futures import ProcessPoolExecutor
def work(x):
    return x + 1
if __name__ == "__main__":
    with ProcessPoolExecutor(2) as pool:
        print(list(pool.map(work, range(5))))
