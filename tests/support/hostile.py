"""Reports full of hostile text, for the tests that no renderer lets any of it act."""

from hypothesis import strategies as st
from pulled import everything, past
from reported import change, edit

from agentsync.errors import ExitCode
from agentsync.model import (
    ABSENT,
    Action,
    Diagnostic,
    Effect,
    Finding,
    LastApply,
    Origin,
    Orphan,
    Outcome,
    PatchStatus,
    Plan,
    Precondition,
    Problem,
    Report,
    Risk,
    Span,
    Status,
)

COMMANDS = (
    *("plan", "diff", "apply", "drift", "status", "validate"),
    *("pull", "import", "log", "rollback"),
)
"""Every command that makes a report about agents."""

_PARTS = (
    *("::", "::error::x", "::stop-commands::x", "%0A::error::x", "##[", "##", "#", "[", "]"),
    *("word", " ", "  ", "\n", "\n\n", "\r", "\r\n", "\t", "\u00a0", "x" * 90),
    *("`", "```", "`````", "~~~", "|", "\\|", "*", "**", "_", "-", "--", "---", "+", "> ", "    "),
    *(
        "@octocat",
        "@acme/owners",
        "#1",
        "acme/x#1",
        "GH-1",
        "https://evil.example/",
        "www.evil.example",
    ),
    *("![x](https://evil.example/p.png)", "[x](javascript:alert(1))", "<https://evil.example>"),
    *("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</pre>", "</code>", "</td>"),
    *(
        "</details>",
        "</summary>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "</script",
        "</style>",
        "</textarea>",
    ),
    *("&", "&lt;", "&#64;octocat", "'", '"', "\\", "{{ x }}", "${{ secrets.X }}", "$(id)", "=1+1"),
    *("\x1b[31m", "\x1b]8;;https://evil.example\x07", "\x07", "\x08", "\x9b31m", "\x00", "\x7f"),
    *("\u202e", "\u2066", "\u200b", "\u2028", "\ufeff", "\ud800", "\U000e0041", "\ufe0f", "\u0301"),
)
FOREIGN = st.lists(st.one_of(st.sampled_from(_PARTS), st.text(max_size=3)), max_size=12).map(
    "".join
)
"""Texts made of what acts somewhere: terminals, Markdown, HTML, GitHub's runner, shells."""


def full_of(command: str, text: str, other: str) -> Report:
    """A report of that command with a text wherever a report can hold one."""
    fields = (
        edit("/system_prompt", f"same\n{text}\nold", f"same\n{text}\nnew {other}"),
        edit("/name", text, other),
        edit(f"/extras/{text}", [text, {text: other}], [other]),
        edit("/description", ABSENT, text),
        edit("/files/a/content", text, ABSENT),
        edit("/extras/a", text, other, origin=Origin.LIVE, effect=Effect.KEEP),
    )
    changes = (
        change(
            text,
            Action.UPDATE,
            fields,
            name=text,
            agent_id=text,
            reason=text,
            notes=(text,),
            precondition=Precondition(revision=text, digest=""),
            unmanaged=(edit(f"/extras/{text}", text, ABSENT),),
            refusals=(text,),
            last=LastApply(commit=text, at=text, revision=text),
            updated_at=text,
        ),
        change(other, Action.CREATE, desired={"description": text, "system_prompt": text}),
    )
    return Report(
        command=command,
        exit_code=ExitCode.ERROR,
        tool_version="0",
        plan=Plan(
            project=text,
            target=text,
            provider=text,
            endpoint=text,
            tool_version="0",
            changes=changes,
            refusals=(text,),
            orphans=(
                Orphan(agent_id=text, name=text, address=text, reason=text),
                Orphan(agent_id=text, name=text, address="", reason=text),
            ),
            findings=(
                Finding(
                    rule=text,
                    severity=Risk.HIGH,
                    address=text,
                    pointer=text,
                    message=text,
                    span=Span(path=text, line=3, column=1),
                    note=text,
                ),
            ),
        ),
        problems=(
            Problem(code=text, message=text, hint=text, address=other, request=text),
            Problem(code=text, message=text, hint=text, address=f"{other}2", request=other),
            Problem(code=text, message=text),
        ),
        diagnostics=(Diagnostic(code=text, message=text, hint=text, span=Span(path=text)),),
        outcomes=tuple(
            Outcome(
                address=address,
                name=text,
                action=action,
                status=status,
                agent_id=text,
                before=text,
                after=other,
                message=text,
                hint=text,
                request=text,
            )
            for address, action in ((text, Action.UPDATE), (other, Action.CREATE))
            for status in Status
        ),
        checked=9,
        listing=(text,),
        patches=tuple(everything(text, status) for status in PatchStatus),
        history=past(text),
    )
