"""A missing client is a skip that says why, or a failure where the clients are demanded."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
WITHOUT = """
import importlib.metadata

def version(name, original=importlib.metadata.version):
    if name in ("managed-deepagents", "deepagents-cli"):
        raise importlib.metadata.PackageNotFoundError(name)
    return original(name)

importlib.metadata.version = version
"""


@pytest.mark.parametrize("module", ["test_interop_sdk.py", "test_interop_deploy.py"])
@pytest.mark.parametrize(("required", "status", "word"), [("", 0, "skipped"), ("1", 1, "error")])
def test_a_missing_client(tmp_path, module, required, status, word):
    (tmp_path / "without_clients.py").write_text(WITHOUT, encoding="utf-8")
    environment = {
        **os.environ,
        "PYTHONPATH": str(tmp_path),
        "AGENTSYNC_REQUIRE_INTEROP": required,
    }
    plugins = ("-p", "without_clients", "-p", "no:cacheprovider")
    some = (str(HERE / module), "-k", "everything or life or commands")
    found = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *plugins, *some],
        env=environment,
        cwd=HERE.parents[1],
        capture_output=True,
        text=True,
    )
    assert found.returncode == status, found.stdout
    assert word in found.stdout.splitlines()[-1]
    assert "is not installed: pip install 'agentsync[interop]'" in found.stdout
