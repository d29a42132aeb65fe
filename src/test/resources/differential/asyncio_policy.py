# No loop is there before the program makes one.
import asyncio
try:
    asyncio.get_running_loop()
except RuntimeError as e:
    print(e)
print(type(asyncio.get_event_loop_policy()).__name__)
