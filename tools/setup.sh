#!/bin/sh
# Makes .venv, if there is no working one, and installs into it what a lock names, by its hashes.
# It needs nothing but a shell: on Debian or Ubuntu as root it installs Python as well.
# Usage: [PYTHON=python3.12] tools/setup.sh requirements.lock
set -eu
here=$(dirname "$0")

works() {  # a version manager's stand-in is found on PATH even where its Python is not there
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    for candidate in ${PYTHON:-python3.13 python3.12 python3.11 python3 python}; do
        if works "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    return 1
}

make_venv() {
    python=$(find_python) || {
        [ -z "${PYTHON:-}" ] && sh "$here/apt.sh" python3 python3-venv && python=$(find_python)
    } || {
        echo "This needs Python 3.11 or newer${PYTHON:+, and PYTHON=$PYTHON is none}." >&2
        echo "Install it from python.org or your system's packages, then run this again." >&2
        exit 1
    }
    # Debian's Python comes without ensurepip until a package for its own version is installed.
    if ! "$python" -c 'import ensurepip' 2>/dev/null; then
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        sh "$here/apt.sh" "python$version-venv" || {
            echo "$python cannot make a virtual environment: its module ensurepip is missing." >&2
            exit 1
        }
    fi
    echo "Making .venv with $("$python" --version)"
    "$python" -m venv --clear .venv
}

.venv/bin/python -m pip --version >/dev/null 2>&1 && works .venv/bin/python || make_venv

echo "Installing $1 into .venv (the first time this takes a few minutes)"
# --compile: without bytecode, importing TensorFlow takes 13 s instead of 4 s.
.venv/bin/python -m pip install --quiet --disable-pip-version-check --compile \
    --require-hashes --requirement "$1" || {
    echo "Installing $1 failed; the reason stands above. Is there a network connection?" >&2
    echo "TensorFlow has packages for Python 3.11 to 3.13; this is" \
        "$(.venv/bin/python --version). Another one: make setup PYTHON=python3.12" \
        "after removing .venv" >&2
    exit 1
}
