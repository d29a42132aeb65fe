# A program with letters of every kind.
größe = "✓ 日本語 🎉"
print(größe, len(größe))
