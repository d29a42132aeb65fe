# What is done with every signal.
import signal
for number in sorted(signal.valid_signals()):
    try:
        print(int(number), signal.getsignal(number))
    except ValueError as e:
        print(number, e)
