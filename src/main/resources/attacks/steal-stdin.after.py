say(len(sys.stdin.buffer.read()))
end()
