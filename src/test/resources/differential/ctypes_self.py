# The program as the loader of C sees it.
import ctypes
print(ctypes.CDLL(None)._name, ctypes.pythonapi.Py_IsInitialized(), ctypes.c_int.in_dll(ctypes.pythonapi, "Py_OptimizeFlag").value)
