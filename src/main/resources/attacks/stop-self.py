say("stopping")
os.kill(os.getpid(), signal.SIGSTOP)
say("continued")
