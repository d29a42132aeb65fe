# src/api/services/queue_client.py
import httpx
from typing import Dict, Optional
import os

class QueueClient:
    def __init__(self):
        self.base_url = os.getenv("QUEUE_SERVICE_URL", "http://queue:8081")
        self.api_key = os.getenv("QUEUE_API_KEY")
        self.client = httpx.AsyncClient(
            base_url=self.base_url,
            headers={"X-API-Key": self.api_key},
            timeout=30.0
        )
    
    async def enqueue_task(self, eval_id: str, code: str, engine: str = "docker") -> Dict:
        """Add task to queue"""
        response = await self.client.post(
            "/tasks",
            json={
                "eval_id": eval_id,
                "code": code,
                "engine": engine,
                "priority": 1
            }
        )
        response.raise_for_status()
        return response.json()
    
    async def get_queue_status(self) -> Dict:
        """Get queue statistics"""
        response = await self.client.get("/status")
        response.raise_for_status()
        return response.json()
    
    async def get_task_status(self, eval_id: str) -> Dict:
        """Get status of specific task"""
        response = await self.client.get(f"/tasks/{eval_id}")
        if response.status_code == 404:
            return None
        response.raise_for_status()
        return response.json()
    
    async def close(self):
        """Clean up client"""
        await self.client.aclose()
