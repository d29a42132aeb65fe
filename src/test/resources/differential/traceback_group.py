# A traceback of several at once.
raise ExceptionGroup("both", [ValueError("one"), ExceptionGroup("inner", [TypeError("two")])])
