exit 139
