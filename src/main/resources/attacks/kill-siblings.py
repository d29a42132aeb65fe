time.sleep(2)
end()
