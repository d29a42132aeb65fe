# Counters of the program start near nothing.
import resource
usage = resource.getrusage(resource.RUSAGE_SELF)
children = resource.getrusage(resource.RUSAGE_CHILDREN)
print(usage.ru_utime < 2, usage.ru_maxrss < 200000, children.ru_utime, children.ru_maxrss)
