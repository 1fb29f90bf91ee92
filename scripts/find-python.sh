#!/bin/sh
# Prints the first Python >= 3.11 on this machine, or explains that there is none.
for name in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11 python; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        command -v "$name"
        exit 0
    fi
done
echo "Nakamise needs Python 3.11 or newer, and none was found (set PYTHON=/path/to/python)." >&2
exit 1
