#!/usr/bin/env bash
# The size of a Debian image with Python and what the jobs of this folder import, to set beside
# assay's: a minimal root filesystem (debootstrap, as root) with nothing that an image would leave
# out (package lists, caches, documentation, locales). Prints megabytes (10^6).
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
packages=python3,python3-requests,python3-psycopg2,python3-jwt,python3-cffi-backend,python3-cryptography,python3-jinja2,python3-yaml,ca-certificates
debootstrap --variant=minbase --include="$packages" bookworm "$dir/root" >"$dir/log" 2>&1 || {
  tail -15 "$dir/root/debootstrap/debootstrap.log" >&2
  exit 1
}
cd "$dir/root"
rm -rf var/lib/apt/lists/* var/cache/apt/* var/log/* usr/share/doc/* usr/share/man/* \
  usr/share/locale/* usr/share/info/* tmp/*
find . -name __pycache__ -type d -prune -exec rm -rf {} +
tar --numeric-owner --exclude=./dev --exclude=./proc --exclude=./sys -cf ../root.tar .
cd ..
mb() { awk "BEGIN { printf \"%.1f\", $1 / 1e6 }"; }
echo "unpacked $(mb "$(stat -c %s root.tar)")"
echo "gzip $(mb "$(gzip -9 <root.tar | wc -c)")"
echo "zstd $(mb "$(zstd -19 -T1 -q -c root.tar | wc -c)")"
