"""What is written in a definition's files is what agentsync understands of it."""

import tempfile
from pathlib import Path

from generated import documents
from hypothesis import HealthCheck, given, settings
from written import write_project

from agentsync.canonical import canonical_json
from agentsync.engine.normalise import desired
from agentsync.files.definition import load
from agentsync.files.project import open_project
from agentsync.model import Severity
from agentsync.providers.managed import RULES


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents())
def test_a_written_definition_reads_as_what_was_written(document):
    with tempfile.TemporaryDirectory() as folder:
        write_project(Path(folder), document)
        loaded = load(open_project(Path(folder)), "a", "")
    assert [d for d in loaded.diagnostics if d.severity is Severity.ERROR] == []
    assert canonical_json(desired(loaded.document, RULES)) == canonical_json(
        desired(document, RULES)
    )
