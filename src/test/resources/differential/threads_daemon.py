# Threads that are not waited for.
import threading, time
threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
print("main done", threading.active_count())
