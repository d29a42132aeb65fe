# An encoding that is declared and unknown.
# -*- coding: no-such-coding -*-
print("never")
