begin = time.monotonic()
for name in ("example.com", "metadata.google.internal", "host.docker.internal", "gateway.docker.internal", "postgres", "redis"):
    door(f"the name {name}", lambda: socket.getaddrinfo(name, 80))
say("soon" if time.monotonic() - begin < 10 else "late")
end()
