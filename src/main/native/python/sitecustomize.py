"""Holds a loaded CPython until there is a program for it; see zygote.c.

The interpreter imports this just before it looks at its program. Nothing of it may be left for the program to see: not
the module, not its folder, and not a sitecustomize of the interpreter's own missing.
"""


def _wait(posix, sys):
    folder = __file__.rpartition("/")[0]
    sys.path.remove(folder)
    sys.path_importer_cache.pop(folder, None)
    own = _load_own(sys)
    posix.fork()
    _become(posix, sys)
    if own is None:
        raise ImportError(name="sitecustomize")  # which the interpreter takes for: there is none
    sys.modules["sitecustomize"] = own


def _load_own(sys):
    bootstrap, finder = sys.modules["_frozen_importlib"], sys.modules["_frozen_importlib_external"].PathFinder
    spec = finder.find_spec("sitecustomize", sys.path)
    if spec is None or spec.loader is None:
        return None
    module = sys.modules["sitecustomize"] = bootstrap.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _become(posix, sys):
    words = b""
    while len(words) < posix.fstat(3).st_size:
        words += posix.read(3, 1 << 20)
    posix.close(3)
    end = 8 + int.from_bytes(words[:8], sys.byteorder)
    encoding, errors = sys.getfilesystemencoding(), sys.getfilesystemencodeerrors()
    arguments = [word.decode(encoding, errors) for word in words[8:end].split(b"\0")[:-1]]
    sys.argv[:] = arguments[1:]
    if hasattr(sys, "orig_argv"):
        sys.orig_argv[:] = arguments
    variables = dict(word.split(b"=", 1) for word in words[end:].split(b"\0")[:-1])
    for environment in (posix.environ, sys.modules["os"].environ._data):
        environment.clear()
        environment.update(variables)


_wait(__import__("posix"), __import__("sys"))
