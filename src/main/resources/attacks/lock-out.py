# The work folder is made useless for whoever comes after the program.
os.chmod("/work", 0) if os.stat("/work").st_uid == os.getuid() else None
for folder in ("/work", "/tmp"):
    door(f"renaming {folder}", lambda: os.rename(folder, folder + "2") is None)
    door(f"removing {folder}", lambda: os.rmdir(folder) is None)
end()
