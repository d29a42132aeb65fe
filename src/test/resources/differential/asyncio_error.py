# An error in a loop of events.
import asyncio
async def fail():
    raise ValueError("async")
asyncio.run(fail())
