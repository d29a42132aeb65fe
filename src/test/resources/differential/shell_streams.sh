# A shell's streams.
#: {"stdin": "a\nb\n"}
read -r first; echo "$first"; cat; ls -l /proc/self/fd | wc -l
