# Hashes with a seed that was asked for.
#: {"env": {"PYTHONHASHSEED": "7"}}
import sys
print(hash("text"), hash(b"bytes"), list({"a", "b", "c", "d"}), sys.flags.hash_randomization)
