"""What the schema of agentsync.yaml takes and refuses; both validators are asked."""

from collections.abc import Callable
from typing import Any

import pytest

Judge = Callable[[str, Any], list[str]]

UUID = "33499cf9-4c02-49af-909d-b8f42e051eab"
FULL = {
    "version": 1,
    "project": "acme-agents",
    "agents": "config/agents",
    "targets": {
        "staging": {"workspace_id": UUID},
        "production": {
            "provider": "managed",
            "url": "https://eu.api.example.com/v1",
            "workspace_id": UUID,
            "protect": True,
        },
    },
    "ignore": ["/extras/ui_*"],
    "limits": {"max_deletes": 0, "max_changes": 10},
    "policy": {"fail_on": "high"},
}


def _target(**settings: Any) -> dict[str, Any]:
    return {"targets": {"staging": settings}}


@pytest.mark.parametrize(
    "document",
    [
        {"project": "a"},
        FULL,
        {**FULL, "agents": ".agents/..x/..."},
        {**FULL, "targets": {}, "ignore": [], "limits": {}, "policy": {}},
        {**FULL, **_target(url="http://127.0.0.1:8123")},
        {**FULL, "policy": {"fail_on": "none"}},
    ],
)
def test_takes(document: Any, errors: Judge) -> None:
    assert errors("project", document) == []


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"version": 2}, "$.version: 1 was expected"),
        ({"version": "1"}, "$.version: 1 was expected"),
        ({"version": True}, "$.version: 1 was expected"),
        ({"project": ""}, "$.project: "),
        ({"project": "acme agents"}, "$.project: "),
        ({"project": "acme\n"}, "$.project: "),
        ({"project": "-acme"}, "$.project: "),
        *(
            ({"agents": path}, "$.agents: ")
            for path in ("", "/agents", "../agents", "a/../b", "a/..", "./a", "a//b", "a/", "a\\b")
        ),
        ({"agents": "a\n"}, "$.agents: "),
        ({"targets": []}, "$.targets: [] is not of type 'object'"),
        ({"targets": {"a b": {}}}, "$.targets: 'a b' does not match"),
        ({"targets": {"a\n": {}}}, "$.targets: 'a\\n' should not be valid"),
        ({"targets": {"a.b": {}}}, "$.targets: 'a.b' does not match"),
        ({"targets": {"a": None}}, "$.targets.a: None is not of type 'object'"),
        (_target(worksapce_id=UUID), "$.targets.staging: Additional properties"),
        (_target(workspace_id="x"), "$.targets.staging.workspace_id: "),
        (_target(provider="other"), "$.targets.staging.provider: 'other' is not one of"),
        (_target(url="https://user:pw@example.com"), "$.targets.staging.url: "),
        (_target(url="https://example.com?x=1"), "$.targets.staging.url: "),
        (_target(url="file:///etc"), "$.targets.staging.url: "),
        (_target(protect="yes"), "$.targets.staging.protect: 'yes' is not of type 'boolean'"),
        ({"ignore": ["extras"]}, "$.ignore[0]: 'extras' does not match"),
        ({"ignore": "/extras"}, "$.ignore: "),
        ({"limits": {"max_deletes": -1}}, "$.limits.max_deletes: -1 is less"),
        ({"limits": {"max_change": 1}}, "$.limits: Additional properties"),
        ({"policy": {"fail_on": "critical"}}, "$.policy.fail_on: 'critical' is not one of"),
        ({"agent": "x"}, "$: Additional properties"),
    ],
)
def test_refuses_once_and_says_where(change: Any, error: str, errors: Judge) -> None:
    found = errors("project", {**FULL, **change})
    assert len(found) == 1, found
    assert found[0].startswith(error)


def test_a_project_has_a_name(errors: Judge) -> None:
    assert errors("project", {"version": 1}) == ["$: 'project' is a required property"]
