"""The engines that the worker imports: they run the code here, and report in the two shapes that engines do."""
import subprocess
import sys
import time


def run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)


class DockerEngine:
    def execute(self, code, eval_id):
        if code == "engine down":
            raise RuntimeError("the engine is down")
        if code == "hang":
            print("hanging", flush=True)
            time.sleep(600)
        done = run(code)
        return {
            "status": "completed" if done.returncode == 0 else "failed",
            "output": done.stdout,
            "error": done.stderr,
            "exit_code": done.returncode,
        }


class GVisorEngine:
    def execute(self, code, eval_id):
        return run(code).stdout
