os.write(1, bytes(range(256)))
os.write(1, b"\n")
end()
