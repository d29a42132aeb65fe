# The limit on long numbers.
import sys
print(sys.get_int_max_str_digits(), sys.int_info, sys.float_info.epsilon, sys.maxsize, sys.getswitchinterval())
str(10 ** 5000)
