# What a shell sees.
env | sed 's/EVAL_ID=.*/EVAL_ID/' | sort
echo "$0 $# $PPID $((BASHPID - $$)) $SHLVL $PWD $- $IFS"
ulimit -a; umask; trap; jobs; set -o
