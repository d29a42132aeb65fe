echo ${#1} ${#BIG}
for size in 1 3; do
    long=$(head -c "${size}00000" /dev/zero | tr '\0' x)
    /bin/echo "$long" "$long" "$long" "$long" | wc -c
done
export FILL=$(head -c 120000 /dev/zero | tr '\0' x)
/bin/true; echo END
