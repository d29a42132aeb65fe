# No hook listens.
import sys
events = []
sys.addaudithook(lambda event, args: events.append(event) if event in ("open", "import") else None)
open("/work/main.py").close()
sys.audit("crucible.test")
print(events)
