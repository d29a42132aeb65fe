end()
