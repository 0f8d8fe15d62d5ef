#!/usr/bin/env bash
# Installs agentsync, from the repository that this file lies in, into an environment of its own.
#
# Dependencies, the build's included, come as wheels with the hashes in requirements.txt, so that
# nothing that was published since can see the key. Used again by later steps of the same job.
#
# In:   ACTION_PYTHON, a Python 3.11 or newer; "" for `python3`.
# Out:  bin=FOLDER in $GITHUB_OUTPUT.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
tool=$(cd "$here/../../.." && pwd)
python=${ACTION_PYTHON:-python3}
venv=$RUNNER_TEMP/agentsync-venv
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1

if ! "$python" -I -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  echo "::error::agentsync needs Python 3.11 or newer: set python-version"
  exit 1
fi
if [ "$(cat "$venv/made-from" 2>/dev/null)" != "$tool" ]; then
  rm -rf "$venv"
  "$python" -I -m venv "$venv"
  "$venv/bin/python" -I -m pip install --quiet --require-hashes --only-binary :all: \
    --requirement "$here/requirements.txt"
  "$venv/bin/python" -I -m pip install --quiet --no-deps --no-index --no-build-isolation "$tool"
  printf '%s\n' "$tool" >"$venv/made-from"
fi
"$venv/bin/agentsync" --version
printf 'bin=%s\n' "$venv/bin" >>"$GITHUB_OUTPUT"
