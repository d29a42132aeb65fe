echo "Killed"; exit 143
