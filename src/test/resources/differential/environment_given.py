# Variables of the submission.
#: {"env": {"MINE": "hé llo", "EMPTY": "", "_UNDERSCORE": "x=y"}}
import os
print([(k, v) for k, v in sorted(os.environ.items()) if k != "EVAL_ID"])
