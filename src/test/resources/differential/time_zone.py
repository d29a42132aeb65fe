# The time zone.
import time, datetime
print(time.tzname, time.timezone, time.daylight, time.localtime(0).tm_hour, datetime.datetime.fromtimestamp(0), time.strftime("%Z %c", time.localtime(0)))
