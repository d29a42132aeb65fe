#!/usr/bin/env bash
# Makes a container image of a small Debian, without any registry, as FOLDER/image.tar for `docker load`. Needs root and
# debootstrap. What it does is told a line a step; everything it starts and mounts ends with it, whatever ends it.
#
#   debian-image.sh [--keep-apt] SUITE FOLDER IMAGE [PACKAGE...]
#
# --keep-apt leaves in it the way to the package servers that this host uses, for images that others are built from. It
# may hold the password of a proxy, so guests get none of it.
set -euo pipefail

if [[ ${1:-} != --inside ]]; then
  exec unshare --mount --pid --fork --kill-child bash "$0" --inside "$@"
fi
shift
keep_apt=
if [[ ${1:-} == --keep-apt ]]; then
  keep_apt=yes
  shift
fi
suite=$1 folder=$2 image=$3
shift 3
root=$folder/root
log=$folder/log

# quietly COMMAND...: shows the end of what it said only if it fails
quietly() {
  if ! "$@" >"$log" 2>&1 </dev/null; then
    tail -n 20 "$log"
    echo "failed: $1"
    exit 1
  fi
}

in_root() { chroot "$root" env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"; }

# The mirror that apt on this host uses is known to be reachable from here.
mirror_of_host() {
  apt-get indextargets --format '$(REPO_URI) $(ORIGIN) $(COMPONENT)' 'Created-By: Packages' 2>/dev/null \
    | awk '$2 == "Debian" && $3 == "main" && !found { print $1; found = 1 }'
}

mirror=$(mirror_of_host)
if [[ -z $mirror ]] && command -v apt-get >/dev/null; then
  apt-get update -qq >/dev/null 2>&1 || true
  mirror=$(mirror_of_host)
fi
mirror=${mirror:-http://deb.debian.org/debian}

echo "debootstrap $suite from $mirror"
quietly debootstrap --variant=minbase --include=ca-certificates "$suite" "$root" "$mirror"

# shellcheck source=/dev/null
. /etc/os-release
rm -f "$root/etc/apt/sources.list"
if [[ ${VERSION_CODENAME:-} == "$suite" && -e /etc/apt/sources.list.d/debian.sources ]]; then
  cp /etc/apt/sources.list.d/debian.sources "$root/etc/apt/sources.list.d/"
else
  echo "deb $mirror $suite main" >"$root/etc/apt/sources.list"
fi
apt-config dump 2>/dev/null | grep -E '^Acquire::[^ ]+ "[^"]+";' >"$root/etc/apt/apt.conf.d/90host" || true
authorities=()
for authority in /usr/local/share/ca-certificates/*.crt; do
  [[ ! -e $authority ]] || authorities+=("$(basename "$authority")")
done
if ((${#authorities[@]} > 0)); then
  cp /usr/local/share/ca-certificates/*.crt "$root/usr/local/share/ca-certificates/"
  quietly in_root update-ca-certificates
fi

if (($# > 0)); then
  echo "installing $*"
  mount -t proc proc "$root/proc"
  mkdir -p "$root/usr/share/man/man1"
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
  chmod 755 "$root/usr/sbin/policy-rc.d"
  [[ ! -e /etc/resolv.conf ]] || cp --dereference /etc/resolv.conf "$root/etc/resolv.conf"
  quietly in_root apt-get update
  quietly in_root apt-get install --yes --no-install-recommends "$@"
  rm -f "$root/usr/sbin/policy-rc.d" "$root/etc/resolv.conf"
  umount "$root/proc"
fi

if [[ -z $keep_apt ]]; then
  rm -f "$root/etc/apt/apt.conf.d/90host" "$root/etc/apt/sources.list" "$root"/etc/apt/sources.list.d/*
  for authority in "${authorities[@]}"; do
    rm -f "$root/usr/local/share/ca-certificates/$authority"
  done
  ((${#authorities[@]} == 0)) || quietly in_root update-ca-certificates --fresh
fi
rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/var/log/* "$root"/usr/share/doc/* \
  "$root"/usr/share/man/* "$root"/usr/share/locale/*

echo "packing"
architecture=$(in_root dpkg --print-architecture)
tar --create --file "$folder/root.tar" --directory "$root" --numeric-owner .
rm -rf --one-file-system "$root"
digest=$(sha256sum "$folder/root.tar" | cut -d ' ' -f 1)
printf '[{"Config": "config.json", "RepoTags": ["%s"], "Layers": ["root.tar"]}]' "$image" >"$folder/manifest.json"
printf '{"architecture": "%s", "os": "linux", "created": "%s", "config": {"Cmd": ["bash"]}, %s}' \
  "$architecture" "$(date --utc +%Y-%m-%dT%H:%M:%SZ)" \
  "\"rootfs\": {\"type\": \"layers\", \"diff_ids\": [\"sha256:$digest\"]}" >"$folder/config.json"
tar --create --file "$folder/image.tar" --directory "$folder" manifest.json config.json root.tar
rm "$folder/root.tar"
