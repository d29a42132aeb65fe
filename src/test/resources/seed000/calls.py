"""Makes one call of QueueClient, named with its arguments on the command line, and prints what it returns."""
import asyncio
import json
import sys

from queue_client import QueueClient


async def main():
    client = QueueClient()
    print(json.dumps(await getattr(client, sys.argv[1])(*sys.argv[2:])))
    await client.close()


asyncio.run(main())
