# worker-service/app.py
import asyncio
import httpx
import logging
from datetime import datetime
import os
import sys

# Add parent directory to path to import execution engines
sys.path.append('/app')
from src.execution_engine.execution import DockerEngine, GVisorEngine

logging.basicConfig(level=logging.INFO)
logger = logging.getLogger(__name__)

class Worker:
    def __init__(self):
        self.queue_url = os.getenv("QUEUE_SERVICE_URL", "http://queue:8081")
        self.api_key = os.getenv("API_KEY")
        self.client = httpx.AsyncClient(
            headers={"X-API-Key": self.api_key},
            timeout=30.0
        )
        
        # Initialize execution engines
        self.engines = {
            "docker": DockerEngine(),
            "gvisor": GVisorEngine()
        }
        
        self.running = True
    
    async def process_task(self, task: dict):
        """Execute a single task"""
        eval_id = task["eval_id"]
        code = task["code"]
        engine_name = task.get("engine", "docker")
        
        logger.info(f"Processing task {eval_id} with {engine_name}")
        
        try:
            # Get appropriate engine
            engine = self.engines.get(engine_name, self.engines["docker"])
            
            # Execute code
            result = engine.execute(code, eval_id)
            
            # Report success
            await self.client.post(
                f"{self.queue_url}/tasks/{eval_id}/complete",
                json={"output": result}
            )
            
            logger.info(f"Task {eval_id} completed successfully")
            
        except Exception as e:
            logger.error(f"Task {eval_id} failed: {str(e)}")
            
            # Report failure
            await self.client.post(
                f"{self.queue_url}/tasks/{eval_id}/fail",
                json={"error": str(e)}
            )
    
    async def run(self):
        """Main worker loop"""
        logger.info("Worker started")
        
        while self.running:
            try:
                # Pull task from queue
                response = await self.client.get(f"{self.queue_url}/tasks/next")
                
                if response.status_code == 200:
                    task = response.json()
                    if task:
                        await self.process_task(task)
                    else:
                        # No tasks, wait a bit
                        await asyncio.sleep(1)
                else:
                    logger.error(f"Failed to get task: {response.status_code}")
                    await asyncio.sleep(5)
                    
            except Exception as e:
                logger.error(f"Worker error: {str(e)}")
                await asyncio.sleep(5)
        
        await self.client.aclose()

async def main():
    worker = Worker()
    try:
        await worker.run()
    except KeyboardInterrupt:
        logger.info("Worker shutting down")
        worker.running = False

if __name__ == "__main__":
    asyncio.run(main())
