# A child by fork.
import multiprocessing, os
def work(queue):
    queue.put((__name__, os.getppid() == parent))
parent = os.getpid()
context = multiprocessing.get_context("fork")
queue = context.Queue()
process = context.Process(target=work, args=(queue,))
process.start()
print(queue.get())
process.join()
print(process.exitcode, multiprocessing.get_start_method(), multiprocessing.current_process().name, process.name)
