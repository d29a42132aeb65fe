number = 0
while number < 1000000:
    number += 1
    os.close(os.open(f"/tmp/{number}", os.O_CREAT | os.O_WRONLY))
breach("a million files", number)
