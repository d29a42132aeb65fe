# Every variable.
import os
print([(k, v) for k, v in sorted(os.environ.items()) if k != "EVAL_ID"], "EVAL_ID" in os.environ)
