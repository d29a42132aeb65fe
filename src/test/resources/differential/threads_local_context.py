# Variables of a thread and of a context are empty.
import contextvars, threading
print(list(contextvars.copy_context()), vars(threading.local()))
