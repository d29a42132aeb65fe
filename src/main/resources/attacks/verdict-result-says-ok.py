with open(os.environ["CRUCIBLE_RESULT"], "w") as file:
    file.write('{"status": "completed", "reason": "ok", "exit_code": 0, "success": true}')
raise ValueError("it failed")
