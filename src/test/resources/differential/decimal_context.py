# The context of numbers.
import decimal
print(decimal.getcontext(), decimal.Decimal(1) / 3, float("0.1") + 0.2)
