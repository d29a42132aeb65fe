#!/bin/sh
# Becomes a box's bubblewrap, inside the box's cgroups. Usage: launcher.sh FOLDER PROCS_FILE... -- COMMAND...
# Every word arrives as an argument and none is interpreted again. What cannot be done ends it before anything runs.
set -eu

folder=$1
shift
while [ "$1" != -- ]; do
    echo 0 >"$1"
    shift
done
shift
# When memory runs out on the whole host, boxes go before the server. Written as root, the value is also the lowest that
# anything in the box can choose for itself.
echo 500 >/proc/self/oom_score_adj
exec 4<"$folder/supervisor" 5<"$folder/passwd" 6<"$folder/group" 7<"$folder/hosts" 8<"$folder/nsswitch.conf"
# A supervisor that is a script loads no interpreter ahead.
if [ -e "$folder/zygote.so" ]; then
    exec 3<"$folder/zygote.so" 9<"$folder/python/sitecustomize.py"
fi
exec "$@"
