#!/usr/bin/env bash
# Writes requirements.txt: what agentsync and its build need, with the hashes of all files that PyPI
# has of each. Versions stay as they are where they still fit; `pin.sh --upgrade` takes the newest.
# Needs uv.
set -euo pipefail

cd "$(dirname "$0")/../../.."
here=.github/actions/agentsync
export UV_CUSTOM_COMPILE_COMMAND=$here/pin.sh
uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes \
  --no-annotate --output-file "$here/requirements.txt" "$@" pyproject.toml "$here/build.in"
