# How text becomes bytes.
import sys, locale
for stream in (sys.stdin, sys.stdout, sys.stderr):
    print(stream.name, stream.encoding, stream.errors, stream.mode, stream.line_buffering, stream.write_through, stream.newlines, stream.fileno())
    print(type(stream), type(stream.buffer), type(getattr(stream.buffer, "raw", None)))
print(sys.getdefaultencoding(), sys.getfilesystemencoding(), sys.getfilesystemencodeerrors(), sys.stdin is sys.__stdin__, sys.stdout is sys.__stdout__)
