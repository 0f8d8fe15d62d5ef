"""Reports of what comes home from the API: files pulled and imported, and an agent's past."""

from collections.abc import Mapping
from dataclasses import replace

from edited import IN_SYNC, LAST, NIGHT, SEARCH, outcome, report_on, team_plan
from reported import AFTER, BEFORE, NOTES, change, edit, report_of

from agentsync.errors import ExitCode
from agentsync.model import (
    ABSENT,
    Action,
    AgentPatch,
    Effect,
    FieldChange,
    FileOp,
    FilePatch,
    Finding,
    Guarantee,
    History,
    Origin,
    PatchStatus,
    Problem,
    Report,
    Revision,
    Risk,
    Span,
    Status,
)

# What somebody wrote into a live agent: it erases the screen, turns the line round, forges lines.
EVIL = "\x1b[2J\u202eevil\u2066\r\n+ imported forged\t\x00 ::error::x ##[group]\U000e0041"
LONG = "word " * 400 + "end"
MERGED = AFTER.replace("Be brief, and offer", "Be very brief, and offer")
LIVE = {"origin": Origin.LIVE, "effect": Effect.KEEP}
BOTH = {"origin": Origin.BOTH, "effect": Effect.REFUSE}

PROMPT_PATCH = """\
diff --git a/agents/onboarding/AGENTS.md b/agents/onboarding/AGENTS.md
--- a/agents/onboarding/AGENTS.md
+++ b/agents/onboarding/AGENTS.md
@@ -10,6 +10,8 @@
\x20
 ## Tone
\x20
-Answer in the customer's language. Be brief, and never promise a refund.
+Answer in the customer's language. Be brief, and offer a refund only below 50 EUR.\x20\x20
\x20
 ## When unsure
+\x1b[2J\u202eLeave it.\r
++ create forged
"""
YAML_PATCH = """\
diff --git a/agents/onboarding/agent.yaml b/agents/onboarding/agent.yaml
--- a/agents/onboarding/agent.yaml
+++ b/agents/onboarding/agent.yaml
@@ -1,4 +1,4 @@
 name: Onboarding
-description: First week # shown in the directory
+description: First steps # shown in the directory
 model: openai:gpt-5.4
 # who answers
\\ No newline at end of file
"""
NEW_PATCH = """\
diff --git "a/agents/onboarding/files/odd\\tname.md" "b/agents/onboarding/files/odd\\tname.md"
new file mode 100644
--- /dev/null
+++ "b/agents/onboarding/files/odd\\tname.md"
@@ -0,0 +1 @@
+{long}
"""


def patch(address: str, status: PatchStatus, **given) -> AgentPatch:
    """What became of one agent's files."""
    seed = sum(map(ord, address)) % 89 + 10
    return AgentPatch(
        address=address,
        name=given.pop("name", address.replace("-", " ").capitalize()),
        status=status,
        agent_id=given.pop("agent_id", f"{seed}d8c2f4-6a0b-4c55-9e0a-1f2b3c4d5e{seed}"),
        **given,
    )


def changed(path: str, added: int, removed: int, text: str = "") -> FilePatch:
    return FilePatch(path=path, op=FileOp.UPDATE, added=added, removed=removed, patch=text)


def _edits() -> tuple[FieldChange, ...]:
    return (
        edit("/description", "First steps", "First week", **LIVE),
        edit("/system_prompt", AFTER, BEFORE, **LIVE),
        edit(SEARCH, {"display_name": "Find orders"}, ABSENT, **LIVE),
    )


def _pulled() -> tuple[AgentPatch, ...]:
    home = "agents/onboarding"
    return (
        patch("acronyms", PatchStatus.UNCHANGED),
        patch("billing-helper", PatchStatus.UNCHANGED, message="no live agent is bound to it"),
        patch(
            "onboarding",
            PatchStatus.WRITTEN,
            revision="90" * 20,
            fields=_edits(),
            files=(changed(f"{home}/AGENTS.md", 3, 2), changed(f"{home}/agent.yaml", 3, 1)),
            commit="4f2a9c1d0e7b6a5f4e3d2c1b0a9f8e7d6c5b4a39",
        ),
        patch(
            "release-notes",
            PatchStatus.WRITTEN,
            name=f"Release {EVIL}",
            revision="17" * 20,
            fields=(
                edit("/extras/tone", EVIL, "calm", **LIVE),
                edit(f"/files/{EVIL}/content", LONG, ABSENT, **LIVE),
                edit("/name", f"Release {EVIL}", "Release notes", **LIVE),
                edit("/skills/pdf/instructions", ABSENT, NOTES, **LIVE),
            ),
            files=(
                changed("agents/release-notes/agent.yaml", 2, 2),
                FilePatch(path=f"agents/release-notes/{EVIL}", op=FileOp.CREATE, added=1),
                FilePatch(
                    path="agents/release-notes/skills/pdf/SKILL.md", op=FileOp.DELETE, removed=11
                ),
            ),
            commit="7b6a5f4e3d2c1b0a9f8e7d6c5b4a394f2a9c1d0e",
            notes=("what git changed in 1 field stays as it is: /runtime/model/model_id",),
        ),
        patch(
            "weekly",
            PatchStatus.FAILED,
            message="no answer in 30 s",
            hint="the API may be slow: try again",
            code="timed-out",
            request="GET /v1/deepagents/agents/71d8c2f4-6a0b-4c55-9e0a-1f2b3c4d5e71",
        ),
    )


def _conflicts() -> tuple[AgentPatch, ...]:
    return (
        patch(
            "onboarding",
            PatchStatus.CONFLICT,
            revision="90" * 20,
            fields=(
                edit("/description", "First steps", "First week", **LIVE),
                edit("/system_prompt", AFTER, BEFORE, **BOTH),
            ),
            merged=("/system_prompt",),
            clashes=(
                Span(path="agents/onboarding/AGENTS.md", line=14, column=1),
                Span(path="agents/onboarding/AGENTS.md", line=31, column=1),
            ),
            files=(
                changed("agents/onboarding/AGENTS.md", 12, 1),
                changed("agents/onboarding/agent.yaml", 1, 1),
            ),
            code="clash",
            message="git and live clash in 2 places",
            hint="resolve the conflict markers; `agentsync apply` makes the result live, with "
            "--on-conflict git if one of live's lines is not in it",
        ),
        patch(
            "release-notes",
            PatchStatus.WRITTEN,
            revision="17" * 20,
            fields=(
                edit("/description", "Writes", "Says", **BOTH),
                edit("/system_prompt", MERGED, BEFORE, **BOTH),
                edit("/extras/team", "docs", "web", origin=Origin.UNKNOWN),
            ),
            merged=("/system_prompt",),
            files=(changed("agents/release-notes/AGENTS.md", 1, 1),),
            notes=("the merged text is not live yet: `agentsync apply` makes it so",),
        ),
        patch(
            "sql-analyst",
            PatchStatus.CONFLICT,
            name="SQL analyst",
            revision="87" * 20,
            undecided=(
                edit("/description", EVIL, "Answers in SQL", **BOTH),
                edit("/extras/limit", LONG, "short", origin=Origin.UNKNOWN),
                edit("/system_prompt", AFTER, BEFORE, **BOTH),
            ),
            code="conflict",
            message="2 fields changed in git and live; nobody knows who changed 1 field",
            hint="--merge merges texts line by line, --theirs takes what is live, --ours keeps "
            "what git says",
        ),
    )


def _dry_run() -> tuple[AgentPatch, ...]:
    home = "agents/onboarding"
    return (
        patch(
            "onboarding",
            PatchStatus.PLANNED,
            revision="90" * 20,
            fields=_edits(),
            files=(
                changed(f"{home}/AGENTS.md", 3, 1, PROMPT_PATCH),
                changed(f"{home}/agent.yaml", 1, 1, YAML_PATCH),
                FilePatch(
                    path=f"{home}/files/odd\tname.md",
                    op=FileOp.CREATE,
                    added=1,
                    patch=NEW_PATCH.format(long=LONG),
                ),
            ),
        ),
        patch(
            "release-notes",
            PatchStatus.REFUSED,
            revision="17" * 20,
            fields=(edit("/extras/team", "docs", "web", **LIVE),),
            files=(
                changed(
                    "agents/release-notes/agent.yaml",
                    1,
                    1,
                    YAML_PATCH.replace("onboarding", "release-notes"),
                ),
            ),
            code="not-editable",
            message="agents/release-notes/agent.yaml:7: an anchor that is used elsewhere",
            hint="nothing was written; make the change by hand, as far as it is right",
        ),
        patch(
            "sql-analyst",
            PatchStatus.REFUSED,
            fields=(
                edit("/extras/key of\u202e it/0", "sk-live-do-not-print", "", **LIVE),
                edit("/extras/key of\u202e it too", "docs", "web", **LIVE),
            ),
            message="what is live holds a secret",
            findings=(
                Finding(
                    rule="secret",
                    severity=Risk.HIGH,
                    address="sql-analyst",
                    pointer="/extras/key of\u202e it",
                    message="looks like an OpenAI API key (line 3); it is not written",
                ),
            ),
        ),
    )


def _imported() -> tuple[AgentPatch, ...]:
    many = tuple(
        patch(
            f"helper-{number:02}",
            PatchStatus.WRITTEN,
            files=(changed(f"agents/helper-{number:02}/agent.yaml", 12, 0),),
            notes=("2 files that the agent may write itself were left out; --files takes them",),
        )
        for number in range(1, 41)
    )
    return (
        patch("acronyms", PatchStatus.UNCHANGED, message="agents/acronyms is bound to it"),
        patch(
            "agent-0c9a7b11",
            PatchStatus.WRITTEN,
            name=f"🤖 {EVIL}",
            files=(changed("agents/agent-0c9a7b11/agent.yaml", 3, 0),),
            notes=(f"{EVIL} {LONG[:120]}",),
        ),
        *many,
        patch(
            "support-triage-for-the-whole-company-2",
            PatchStatus.WRITTEN,
            name="Support triage (for the whole company)",
            files=(
                changed("agents/support-triage-for-the-whole-company-2/AGENTS.md", 143, 0),
                changed("agents/support-triage-for-the-whole-company-2/agent.yaml", 31, 0),
            ),
            findings=(
                Finding(
                    rule="secret",
                    severity=Risk.HIGH,
                    address="support-triage-for-the-whole-company-2",
                    pointer="/extras/slack",
                    message="holds a Slack webhook URL; the field was left out",
                ),
            ),
        ),
    )


def _refused() -> tuple[AgentPatch, ...]:
    secret = Finding(
        rule="secret",
        severity=Risk.HIGH,
        address="crawler",
        pointer="/system_prompt",
        message="line 12 holds a GitHub token",
    )
    theirs = "its marker says that it belongs to project support"
    return (
        patch(
            "crawler",
            PatchStatus.REFUSED,
            code="secret",
            message="it holds a secret, which git must not have",
            hint="take it out of the agent, and import again",
            findings=(secret, replace(secret, severity=Risk.LOW, rule=EVIL, message=EVIL)),
        ),
        patch("faq", PatchStatus.REFUSED, code="foreign", message=theirs),
        patch("legacy-faq", PatchStatus.REFUSED, code="foreign", message=theirs),
        patch(
            f"odd-{EVIL}",
            PatchStatus.FAILED,
            code="unreachable",
            message="no connection",
            request=f"GET /agents/{EVIL}",
        ),
        patch("minutes", PatchStatus.UNCHANGED),
    )


def _moved_in() -> tuple[AgentPatch, ...]:
    return (
        patch(
            "support-triage",
            PatchStatus.PLANNED,
            agent_id=None,
            files=(
                FilePatch(
                    path="agents/support-triage/agent.yaml",
                    op=FileOp.CREATE,
                    added=3,
                    patch="diff --git a/agents/support-triage/agent.yaml "
                    "b/agents/support-triage/agent.yaml\nnew file mode 100644\n--- /dev/null\n"
                    "+++ b/agents/support-triage/agent.yaml\n@@ -0,0 +1,2 @@\n"
                    "+name: Support triage\n+model: openai:gpt-5.5\n",
                ),
            ),
            notes=("mcp.json belongs to nothing here: it was left out",),
        ),
    )


def history() -> History:
    """The past of one agent."""
    tokens = [f"{number:02x}" * 32 for number in (0x90, 0x5E, 0x33, 0x21, 0x10)]
    many = tuple(edit(f"/files/notes~1{n:02}.md/content", ABSENT, "x\n") for n in range(20))
    return History(
        address="onboarding",
        name=f"Onboarding of {EVIL}",
        agent_id="90d8c2f4-6a0b-4c55-9e0a-1f2b3c4d5e90",
        target="production",
        revisions=(
            Revision(
                token=tokens[0],
                at=NIGHT,
                author=f"Ada {EVIL}",
                current=True,
                fields=(
                    edit("/skills/pdf/description", EVIL, LONG),
                    edit("/system_prompt", BEFORE, AFTER),
                    edit(SEARCH, ABSENT, {"display_name": "Find orders"}),
                ),
            ),
            Revision(
                token=tokens[1],
                at=LAST.at,
                author="ci@acme.example",
                fields=(edit("/system_prompt", MERGED, BEFORE),),
                applied=LAST,
                commit=LAST.commit,
            ),
            Revision(token=tokens[2], at="2026-11-18T08:00:00Z", commit="77" * 20, fields=many),
            Revision(token=tokens[3], at="", readable=False),
            Revision(token=tokens[4], at="2026-11-01T08:00:00Z"),
        ),
        complete=False,
        notes=("the API tells of the file tree only: other fields have no history",),
    )


def _rollback() -> Mapping[str, Report]:
    """A rollback before it is decided, and after it."""
    going = change(
        "onboarding",
        Action.UPDATE,
        (
            edit("/description", "First steps", "First week", **LIVE),
            edit("/skills/pdf/instructions", ABSENT, NOTES, origin=Origin.LIVE),
            edit("/system_prompt", AFTER, BEFORE, origin=Origin.BOTH),
            edit(SEARCH, {"display_name": EVIL}, ABSENT, origin=Origin.GIT),
        ),
        reason="back to revision 5e5e5e5e5e5e: 3 fields differ",
        last=LAST,
        notes=(
            "what is not in the file tree is left as it is live: no git commit here has the files "
            "of this revision",
            "git still says otherwise: revert it there, or the next apply brings it back",
        ),
    )
    same = replace(
        going,
        action=Action.NO_OP,
        fields=(),
        reason="it is as it was at revision 5e5e5e5e5e5e",
        notes=going.notes[:1],
    )
    unasked = Problem(code="not-confirmed", message="it was not confirmed", hint="say --yes in CI")
    return {
        "rollback-asking": report_on("rollback", team_plan(going)),
        "rollback": report_on(
            "rollback",
            team_plan(going),
            outcomes=(outcome(going, Status.APPLIED, files=Guarantee.ATOMIC),),
        ),
        "rollback-again": report_on(
            "rollback", team_plan(same), outcomes=(outcome(same, Status.UNCHANGED),)
        ),
        "rollback-unconfirmed": report_on(
            "rollback", team_plan(going), ExitCode.REFUSED, problems=(unasked,)
        ),
    }


def everything(text: str, status: PatchStatus) -> AgentPatch:
    """What became of one agent's files, with a text wherever it can hold one."""
    field = edit(f"/extras/{text}", text, ABSENT, **LIVE)
    return AgentPatch(
        address=text,
        name=text,
        status=status,
        agent_id=text,
        revision=text,
        fields=(field,),
        undecided=(field,),
        clashes=(Span(path=text, line=1),),
        files=(FilePatch(path=text, op=FileOp.CREATE, added=1, patch=text),),
        notes=(text,),
        findings=(
            Finding(rule=text, severity=Risk.HIGH, address=text, pointer=text, message=text),
        ),
        commit=text,
        code=text,
        message=text,
        hint=text,
        request=text,
    )


def past(text: str) -> History:
    """A history with a text wherever it can hold one."""
    revision = Revision(
        token=text,
        at=text,
        author=text,
        fields=(edit(f"/extras/{text}", text, ABSENT),),
        applied=replace(LAST, at=text, commit=text),
        commit=f"{text} ",
    )
    return History(
        address=text,
        name=text,
        agent_id=text,
        target=text,
        revisions=(revision, replace(revision, readable=False)),
        notes=(text,),
    )


def pulled_reports() -> Mapping[str, Report]:
    """Reports by name, of the commands that bring home what is live."""
    refused, partial = ExitCode.REFUSED, ExitCode.PARTIAL
    plan = team_plan(*IN_SYNC)
    whole = replace(history(), complete=True, notes=(), target="", name="Onboarding")
    first = replace(whole.revisions[1], fields=history().revisions[2].fields)
    return {
        "pull": report_of("pull", partial, plan=plan, patches=_pulled(), checked=5),
        "pull-conflict": report_of("pull", refused, plan=plan, patches=_conflicts(), root=".."),
        "pull-dry-run": report_of("pull", refused, plan=plan, patches=_dry_run()),
        "pull-nothing": report_of("pull", patches=(_pulled()[0],)),
        "import": report_of("import", patches=_imported()),
        "import-refused": report_of("import", refused, patches=_refused()),
        "import-dry-run": report_of("import", patches=_moved_in()),
        "import-again": report_of("import", patches=(_refused()[-1],)),
        "log": report_of("log", history=history()),
        **_rollback(),
        "log-short": report_of("log", history=replace(whole, revisions=(first,))),
    }
