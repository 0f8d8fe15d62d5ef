"""The catalogue of policy rules: each with a stable id, a severity and a reason.

README's table, the schema of agentsync.yaml and SARIF's rules are made from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from agentsync.model.findings import Risk

PERCENT: Final = "percent"
ITEMS: Final = "items"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule.

    Shape: `title` says what it looks for, `reason` why a reviewer wants to know; both are plain
    sentences. `threshold` is where it begins to fire, None for a rule that has no amount; `offline`
    says that `validate` judges by it, too, as it needs no live agent.
    Units: `unit` of the threshold, `percent` or `items`.
    """

    id: str
    severity: Risk
    title: str
    reason: str
    threshold: int | None = None
    unit: str = ""
    offline: bool = False


_ALL: Final = (
    Rule(
        id="visibility-widened",
        severity=Risk.HIGH,
        title="more people see the agent",
        reason="What one person used is open to the whole workspace, conversations that were "
        "meant to stay among few included.",
    ),
    Rule(
        id="access-widened",
        severity=Risk.MEDIUM,
        title="the workspace may do more with the agent",
        reason="Whoever may run an agent uses its connections; whoever may write it changes what "
        "it does, past every review.",
    ),
    Rule(
        id="identity-shared",
        severity=Risk.HIGH,
        title="the agent acts with shared connections",
        reason="With a personal identity the agent can do no more than the person who runs it; "
        "with a shared one everybody who runs it acts with the owner's rights.",
    ),
    Rule(
        id="shared-user-added",
        severity=Risk.MEDIUM,
        title="a user gets rights of their own",
        reason="Rights of single users are outside the workspace's roles, and nobody takes them "
        "back when the person leaves the team.",
    ),
    Rule(
        id="approval-removed",
        severity=Risk.HIGH,
        title="a tool no longer waits for a person",
        reason="The approval was what stood between a wrong conclusion and its effect: mails "
        "sent, money moved, records deleted.",
    ),
    Rule(
        id="server-added",
        severity=Risk.MEDIUM,
        title="the agent talks to another MCP server",
        reason="A server reads what the agent sends it, and what it answers steers the agent.",
    ),
    Rule(
        id="tool-added",
        severity=Risk.MEDIUM,
        title="the agent gets a tool",
        reason="Each tool is something that the agent can do by mistake, or be talked into.",
    ),
    Rule(
        id="server-unregistered",
        severity=Risk.MEDIUM,
        title="a tool's MCP server is not registered in the workspace",
        reason="The API takes the tool all the same, and calls to it fail at run time.",
    ),
    Rule(
        id="server-not-invocable",
        severity=Risk.MEDIUM,
        title="a tool's MCP server is not for the user of this key",
        reason="The agent is refused by the server unless whoever runs it may use it.",
    ),
    Rule(
        id="tool-unregistered",
        severity=Risk.MEDIUM,
        title="a tool's MCP server does not list it",
        reason="The name is misspelt, or the tool is gone: the agent goes on without it.",
    ),
    Rule(
        id="skill-linked",
        severity=Risk.MEDIUM,
        title="the agent follows a skill that is kept elsewhere",
        reason="A linked skill is instructions that change without a change here, and the API "
        "does not promise to keep a pinned commit.",
    ),
    Rule(
        id="model-changed",
        severity=Risk.MEDIUM,
        title="another model runs the agent",
        reason="Prompts and tools were tried with the model before; cost, speed and judgement "
        "change with it.",
    ),
    Rule(
        id="graph-changed",
        severity=Risk.HIGH,
        title="another graph runs the agent",
        reason="The graph is the program: which tools there are, what waits for a person, and what "
        "the prompt is good for, is its own.",
    ),
    Rule(
        id="context-changed",
        severity=Risk.MEDIUM,
        title="the agent's graph is given other settings",
        reason="Tools, model and limits of such an agent stand in its context, under names that "
        "only its graph understands: look at each value.",
    ),
    Rule(
        id="model-form",
        severity=Risk.LOW,
        title="the model is not in the form provider:model",
        reason="A name without provider is a saved configuration of the workspace: what is behind "
        "it can be changed without a change here.",
        offline=True,
    ),
    Rule(
        id="sandbox-added",
        severity=Risk.MEDIUM,
        title="the agent gets a sandbox, or one that threads share",
        reason="A computer runs whatever the agent writes; a shared one carries files from one "
        "conversation into another.",
    ),
    Rule(
        id="sandbox-policy-removed",
        severity=Risk.HIGH,
        title="a sandbox policy no longer holds",
        reason="Policies are what limits where a sandbox may connect to and what leaves it.",
    ),
    Rule(
        id="prompt-grew",
        severity=Risk.LOW,
        title="a prompt grew by much",
        reason="Much new text deserves to be read as a whole: what is added can outweigh what "
        "was there.",
        threshold=50,
        unit=PERCENT,
    ),
    Rule(
        id="prompt-shrank",
        severity=Risk.LOW,
        title="a prompt shrank by much",
        reason="Rules that are gone are easier to miss than rules that are new.",
        threshold=30,
        unit=PERCENT,
    ),
    Rule(
        id="large-deletion",
        severity=Risk.MEDIUM,
        title="many tools, skills, subagents or files go at once",
        reason="A folder that was moved, or a list that was cut off, looks like a wish to delete.",
        threshold=5,
        unit=ITEMS,
    ),
    Rule(
        id="agent-deleted",
        severity=Risk.MEDIUM,
        title="the agent is deleted",
        reason="Its conversations stay, but nobody can go on with them, and its history goes.",
    ),
    Rule(
        id="ungranted-tool",
        severity=Risk.LOW,
        title="a prompt names a tool that is not granted",
        reason="The agent is told to use what it does not have, and makes something up instead.",
        offline=True,
    ),
    Rule(
        id="hidden-characters",
        severity=Risk.HIGH,
        title="a text has characters that nobody sees",
        reason="Marks of direction, tags and characters without width carry instructions past "
        "the reviewer: models read them.",
        offline=True,
    ),
    Rule(
        id="secret",
        severity=Risk.HIGH,
        title="a text has what looks like a secret",
        reason="Whoever may see the agent, or clone the repository, has the secret. Take it out, "
        "and replace it where it is valid.",
        offline=True,
    ),
)

RULES: Final[Mapping[str, Rule]] = {rule.id: rule for rule in _ALL}
"""Every rule by its id."""
