say("asleep")
while True:
    signal.pause()
