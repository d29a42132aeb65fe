# An interruption raised by hand.
raise KeyboardInterrupt
