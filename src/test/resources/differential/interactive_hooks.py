# Nothing of a conversation is there.
import sys
print(hasattr(sys, "ps1"), hasattr(sys, "last_value"), hasattr(sys, "last_traceback"), sys.flags.interactive)
