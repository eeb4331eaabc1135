#!/bin/sh
# Installs packages of Debian or Ubuntu where nobody has to be asked: as root, with apt-get.
# Anywhere else it says what could be done instead and exits with status 1; it never calls sudo.
# Usage: tools/apt.sh PACKAGE ...
set -eu

if ! command -v apt-get >/dev/null 2>&1; then
    echo "Not installed: $* (this is not Debian or Ubuntu)." >&2
    exit 1
fi
if [ "$(id -u)" != 0 ]; then
    echo "Not installed: $* (that needs root). You can: sudo apt-get install $*" >&2
    exit 1
fi

export DEBIAN_FRONTEND=noninteractive
quietly="-qq -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=60"
echo "Installing with apt-get: $*" >&2
# One broken third-party list must not stop the package from coming out of another.
apt-get $quietly update >&2 || true
apt-get $quietly install --no-install-recommends -y "$@" >&2
