# An alarm.
import signal, time
signal.signal(signal.SIGALRM, lambda number, frame: print("alarm", number, frame.f_lineno))
signal.setitimer(signal.ITIMER_REAL, 0.1)
time.sleep(0.3)
print("end")
