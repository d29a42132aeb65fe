say("this is not reached")
