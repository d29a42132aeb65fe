# Pseudo terminals are counted for the whole host.
made = 0
try:
    while made < 4000:
        os.openpty()
        made += 1
except OSError:
    pass
say("terminals end" if made < 512 else f"BREACH {made} terminals of the host")
end()
