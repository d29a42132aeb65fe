for _ in range(8):
    subprocess.run(["/usr/bin/env", "true"])
    time.sleep(0.4)
end()
