# Variables as a function of C sees them.
#: {"env": {"MINE": "c"}}
import ctypes, os
libc = ctypes.CDLL(None)
libc.getenv.restype = ctypes.c_char_p
print([(name, libc.getenv(name)) for name in (b"MINE", b"HOME", b"PATH", b"LANG", b"USER", b"LC_ALL", b"LC_CTYPE", b"TERM", b"PWD")])
print(libc.getenv(b"EVAL_ID").decode() == os.environ["EVAL_ID"])
