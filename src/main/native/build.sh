#!/bin/sh
# Builds the supervisor into OUTDIR/linux-<arch>/, for the machine that builds. Usage: build.sh OUTDIR
set -eu

source_file=$(dirname "$0")/supervisor.c
case $(uname -s)-$(uname -m) in
    Linux-x86_64 | Linux-amd64) platform=linux-x86_64 ;;
    Linux-aarch64 | Linux-arm64) platform=linux-aarch64 ;;
    *)
        echo "WARNING: no sandbox supervisor for $(uname -s) on $(uname -m): Crucible runs code on Linux, x86-64 or arm64." >&2
        exit 0
        ;;
esac
target=$1/$platform/crucible-supervisor
if [ -x "$target" ] && [ "$target" -nt "$source_file" ] && [ "$target" -nt "$0" ]; then
    exit 0
fi
compiler=${CC:-}
for candidate in cc gcc clang; do
    [ -n "$compiler" ] || compiler=$(command -v "$candidate" || true)
done
if [ -z "$compiler" ]; then
    echo "WARNING: no C compiler, so the sandbox supervisor was not built and no engine can run code." \
        "Get one with: apt-get install -y gcc libc6-dev" >&2
    exit 0
fi
mkdir -p "$(dirname "$target")"
"$compiler" -O2 -static -s -Wall -Wextra -Werror -o "$target.new" "$source_file"
mv "$target.new" "$target"
