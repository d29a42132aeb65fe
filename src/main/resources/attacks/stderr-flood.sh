yes 1>&2
