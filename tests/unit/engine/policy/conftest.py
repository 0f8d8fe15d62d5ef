"""What the rules say of a change."""

from collections.abc import Callable
from typing import Any

import pytest
from judged import an_agent, findings

from agentsync.model import Policy


@pytest.fixture
def agent() -> Callable[..., dict[str, Any]]:
    return an_agent


@pytest.fixture
def told() -> Callable[..., dict[str, str]]:
    """What the rules say when the agent is changed at these pointers: rule → message."""

    def told(
        changes: dict[str, Any], policy: Policy | None = None, **before: Any
    ) -> dict[str, str]:
        found = findings(changes, policy, **before)
        assert len({item.rule for item in found}) == len(found), found
        return {item.rule: item.message for item in found}

    return told
