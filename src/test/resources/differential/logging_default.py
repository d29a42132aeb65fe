# Logging without a set-up.
import logging
logging.warning("careful")
logging.info("not shown")
print(logging.getLogger().handlers, logging.getLogger().level, sorted(logging.root.manager.loggerDict))
