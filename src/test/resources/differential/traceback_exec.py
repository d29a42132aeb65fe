# A traceback through text that was compiled here.
exec(compile("def g():\n    raise OSError(2, 'no such thing', 'file')\ng()", "<made>", "exec"))
