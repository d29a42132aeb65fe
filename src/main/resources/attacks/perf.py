for config in (0, 1, 9):
    attributes = struct.pack("=IIQ", 1, 112, config) + bytes(96)
    for pid in (0, -1, 1):
        door(f"the counter {config} of {pid}", lambda: call(298, 241, ctypes.c_char_p(attributes), pid, 0 if pid == -1 else -1, -1, 0))
end()
