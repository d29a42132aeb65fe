#!/bin/sh
# Builds the supervisor and the library of loaded interpreters into OUTDIR/linux-<arch>/, for the machine that builds.
# Usage: build.sh OUTDIR
set -eu

here=$(dirname "$0")
case $(uname -s)-$(uname -m) in
    Linux-x86_64 | Linux-amd64) platform=linux-x86_64 ;;
    Linux-aarch64 | Linux-arm64) platform=linux-aarch64 ;;
    *)
        echo "WARNING: no sandbox supervisor for $(uname -s) on $(uname -m): Crucible runs code on Linux, x86-64 or arm64." >&2
        exit 0
        ;;
esac
target=$1/$platform
mkdir -p "$1/python"
cp -p "$here/python/sitecustomize.py" "$1/python/"
if [ -x "$target/crucible-supervisor" ] && [ -e "$target/crucible-zygote.so" ] \
    && [ -z "$(find "$here" -newer "$target/crucible-supervisor" -type f)" ]; then
    exit 0
fi
compiler=${CC:-}
for candidate in cc gcc clang; do
    [ -n "$compiler" ] || compiler=$(command -v "$candidate" || true)
done
if [ -z "$compiler" ]; then
    echo "WARNING: no C compiler, so the sandbox supervisor was not built: the engine sandbox uses a slower script," \
        "and no other engine can run code. Get one with: apt-get install -y gcc libc6-dev" >&2
    exit 0
fi
mkdir -p "$target"
build() {
    "$compiler" -O2 -s -Wall -Wextra -Werror "$@"
}
build -shared -fPIC -fvisibility=hidden -o "$target/crucible-zygote.so" "$here/zygote.c" "$here/run.c"
build -static -o "$target/crucible-supervisor.new" "$here/supervisor.c" "$here/run.c"
mv "$target/crucible-supervisor.new" "$target/crucible-supervisor"
