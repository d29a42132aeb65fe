door("a ring of io_uring", lambda: call(425, 425, 8, ctypes.create_string_buffer(256)))
end()
