# How a shell ends.
trap 'echo bye' EXIT
echo out; echo err >&2
false
exit 21
