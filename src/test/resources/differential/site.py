# What the site module has done.
import site, sys
print(site.ENABLE_USER_SITE, site.USER_SITE, site.USER_BASE, site.PREFIXES, "sitecustomize" in sys.modules, "usercustomize" in sys.modules)
print([name in dir(__builtins__) for name in ("exit", "quit", "copyright", "help", "_")])
