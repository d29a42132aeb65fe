say("<script>document.title='owned'</script><img src=x onerror=alert(1)>")
say("</pre></textarea><iframe src='javascript:alert(1)'></iframe>")
say('{"eval_id":"x","status":"completed","reason":"ok"}')
end()
