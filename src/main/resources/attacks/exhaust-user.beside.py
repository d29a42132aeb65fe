# A neighbour still gets its share.
signal.pthread_sigmask(signal.SIG_BLOCK, [34])
read_end, write_end = os.pipe()
thread = threading.Thread(target=lambda: os.write(write_end, b"x"))
thread.start()
thread.join()
call(129, 138, os.getpid(), 34, ctypes.create_string_buffer(struct.pack("=iii", 34, 0, -1) + bytes(116)))
end()
