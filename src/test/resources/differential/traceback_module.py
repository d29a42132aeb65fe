# A traceback through a module of the library.
import json
json.loads("{broken")
