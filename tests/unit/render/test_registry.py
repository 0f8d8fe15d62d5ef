import json
import subprocess
import sys

import pytest

from agentsync.errors import UsageError
from agentsync.render import FORMATS, RenderOptions, render

_PROBE = """
import json, sys
from agentsync.errors import ExitCode
from agentsync.model import Report
from agentsync.render import RenderOptions, render
report = Report(command="validate", exit_code=ExitCode.OK, tool_version="0", checked=1)
render(report, sys.argv[1], RenderOptions())
print(json.dumps([name for name in sys.modules if name.split(".")[0] in {"rich", "deepdiff"}]))
"""


def test_an_unknown_format_is_a_usage_error_that_names_the_known_ones(reports):
    with pytest.raises(UsageError, match="yaml") as caught:
        render(reports["plan"], "yaml", RenderOptions())
    known = "comment, github, html, json, markdown, sarif, text"
    assert caught.value.hint == f"known formats: {known}"


@pytest.mark.parametrize("format", sorted(FORMATS))
def test_every_format_answers_every_report_with_whole_lines(reports, format):
    for report in reports.values():
        text = render(report, format, RenderOptions())
        # Annotations are the one format with nothing to say of a quiet report.
        assert text.endswith("\n") or (format == "github" and text == "")
        text.encode("utf-8")


@pytest.mark.parametrize("format", ["json", "text"])
def test_nothing_heavy_is_imported_without_colour(format):
    done = subprocess.run(
        [sys.executable, "-c", _PROBE, format], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == []
