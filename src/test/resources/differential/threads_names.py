# The threads that are there, and their names.
import threading
print(threading.enumerate() == [threading.main_thread()], threading.main_thread().name, threading.current_thread() is threading.main_thread())
print(threading.main_thread().ident == threading.get_ident(), threading.get_native_id() == __import__("os").getpid())
thread = threading.Thread(target=lambda: print(threading.current_thread().name))
thread.start(); thread.join()
print(threading.stack_size(), threading._shutdown.__name__)
