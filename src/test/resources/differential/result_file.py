# The place of the structured result.
import os
print(os.environ["CRUCIBLE_RESULT"], os.path.exists(os.environ["CRUCIBLE_RESULT"]))
open(os.environ["CRUCIBLE_RESULT"], "w").write('{"a": 1}')
