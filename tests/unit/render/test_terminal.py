import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pulled import everything, past

from agentsync.errors import ExitCode
from agentsync.model import (
    ABSENT,
    Action,
    Diagnostic,
    LastApply,
    Origin,
    Orphan,
    Outcome,
    PatchStatus,
    Plan,
    Precondition,
    Problem,
    Report,
    Span,
    Status,
)
from agentsync.render import RenderOptions, render

_COMMANDS = (
    *("plan", "diff", "apply", "drift", "status", "validate"),
    *("pull", "import", "log", "rollback"),
)
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_OPTIONS = [
    RenderOptions(color=color, width=width, verbose=verbose, show_all=verbose)
    for color in (False, True)
    for width in (0, 80)
    for verbose in (False, True)
]


def text(report, **options):
    return render(report, "text", RenderOptions(**options))


@pytest.fixture(scope="session")
def planned(make_change, make_edit):
    """A report of `plan` about one agent with these fields, each (pointer, before, after)."""

    def build(*fields, command="plan", action=Action.UPDATE, **given):
        edits = tuple(item if not isinstance(item, tuple) else make_edit(*item) for item in fields)
        plan = Plan(
            project="p",
            target="",
            provider="managed",
            endpoint="http://127.0.0.1:1",
            tool_version="0",
            changes=(make_change("agent", action, edits, **given),),
        )
        return Report(command=command, exit_code=ExitCode.OK, tool_version="0", plan=plan)

    return build


@pytest.mark.parametrize("options", _OPTIONS, ids=str)
def test_no_hostile_text_reaches_the_terminal(reports, options):
    for report in reports.values():
        for command in _COMMANDS:
            shown = render(replace(report, command=command), "text", options)
            plain = _ANSI.sub("", shown) if options.color else shown
            assert [c for c in plain if not c.isprintable() and c not in "\n"] == []
            assert [row for row in plain.split("\n") if row != row.rstrip()] == []


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(
    bad=st.text(alphabet=st.characters(exclude_categories=[]), min_size=1),
    verbose=st.booleans(),
    command=st.sampled_from(_COMMANDS),
    status=st.sampled_from(Status),
    came=st.sampled_from(PatchStatus),
)
def test_foreign_text_cannot_forge_a_line(planned, bad, verbose, command, status, came):
    def shown(inserted):
        report = planned(
            (f"/extras/{inserted}", inserted, ABSENT),
            name=inserted,
            agent_id=inserted,
            reason=inserted,
            notes=(inserted,),
            precondition=Precondition(revision=inserted, digest=""),
            refusals=(inserted,),
            last=LastApply(commit=inserted, at=inserted, revision=inserted),
            updated_at=inserted,
        )
        problem = Problem(code=inserted, message=inserted, hint=inserted, address=inserted)
        found = Diagnostic(code="c", message=inserted, hint=inserted, span=Span(path=inserted))
        orphan = Orphan(agent_id=inserted, name=inserted, address=inserted, reason=inserted)
        outcome = Outcome(
            address=inserted,
            name=inserted,
            action=Action.UPDATE,
            status=status,
            agent_id=inserted,
            before=inserted,
            after=inserted,
            message=inserted,
            hint=inserted,
            request=inserted,
        )
        report = replace(
            report,
            command=command,
            plan=replace(report.plan, refusals=(inserted,), orphans=(orphan,)),
            problems=(problem,),
            diagnostics=(found,),
            outcomes=(outcome,),
            patches=(everything(inserted, came),),
            history=past(inserted),
        )
        return text(report, verbose=verbose).split("\n")

    # One line each, whatever stands in it; only the value itself may have lines of its own. A pull
    # shows it as what came home, as what is undecided, and in the patch.
    values = 3 if command == "pull" else 1
    assert len(shown(bad)) - len(shown("x")) <= values * (bad.count("\n") + 1)
    assert not [row for row in shown(f"{bad}\n+ create forged") if row.startswith("+ create")]


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("failed", [False, True])
def test_it_says_no_changes_exactly_when_that_is_so(planned, action, failed):
    report = planned(action=action, desired={})
    if failed:
        report = replace(report, problems=(Problem(code="api", message="no", address="other"),))
    said = "No changes. 1 agent is in sync." in text(report)
    assert said is (not report.plan.differs and not failed)


def test_a_pipe_gets_one_line_for_each_value_and_no_ansi(planned):
    long = "word " * 500
    shown = text(planned(("/description", "short", long.strip())))
    assert "\x1b" not in shown
    assert max(map(len, shown.split("\n"))) > 900


def test_scalars_are_told_on_one_line_with_the_whole_pointer(planned):
    shown = text(planned(("/tools/interrupt_config/https:~1~1x.example::send", True, False)))
    assert '  ~ /tools/interrupt_config/"https://x.example::send"  true → false\n' in shown


def test_types_can_be_told_apart(planned):
    assert '/extras/n  1 → "1"\n' in text(planned(("/extras/n", 1, "1")))


def test_a_missing_and_an_empty_value_can_be_told_apart(planned):
    assert '  + /description  ""\n' in text(planned(("/description", ABSENT, "")))
    assert "  ~ /description  null → []\n" in text(planned(("/description", None, [])))


def test_an_added_text_is_cut_in_a_plan_and_whole_in_a_diff_and_when_verbose(planned):
    prompt = "".join(f"line {n}\n" for n in range(40))
    field = ("/skills/pdf/instructions", ABSENT, prompt)
    cut = text(planned(field))
    assert "+ line 11\n" in cut
    assert "line 12" not in cut
    assert "… 28 more lines\n" in cut
    assert "--verbose shows them in full" in cut
    for whole in (text(planned(field), verbose=True), text(planned(field, command="diff"))):
        assert "+ line 39\n" in whole
        assert "more line" not in whole
        assert "--verbose" not in whole


def test_what_changed_in_a_long_text_is_bounded_in_a_plan_and_whole_in_a_diff(planned):
    before = "".join(f"old {n}\n" for n in range(3_000))
    after = before.replace("old", "completely different thing")
    field = ("/system_prompt", before, after)
    assert "… 5,880 more lines\n".replace(",", "") in text(planned(field))
    assert text(planned(field, command="diff")).count("\n    + ") == 3_000


def test_a_long_line_is_shown_around_what_changed(planned):
    before = "start " + "same " * 2_000 + "old " + "same " * 2_000 + "end"
    shown = text(planned(("/system_prompt", before, before.replace(" old ", " new "))))
    assert max(map(len, shown.split("\n"))) < 500
    assert "[-old-]" in shown
    assert "{+new+}" in shown
    assert "unchanged characters" in shown
    everything = text(
        planned(("/system_prompt", before, before.replace("old", "new"))), verbose=True
    )
    assert "same " * 2_000 in everything


def test_a_megabyte_on_one_line_is_cut_in_a_plan(planned):
    assert len(text(planned(("/files/a/content", ABSENT, "x" * 1_000_000)))) < 3_000
    assert len(text(planned(("/files/a/content", "y", "x" * 1_000_000)), width=80)) < 3_000


def test_line_endings_and_final_newlines_are_named(planned):
    assert "only the line endings differ: CRLF → LF" in text(
        planned(("/system_prompt", "a\r\nb\r\n", "a\nb\n"))
    )
    assert "\\ no newline at the end" in text(planned(("/system_prompt", "a\nb", "a\nb\n")))
    assert "no newline" not in text(planned(("/system_prompt", "a\nb", "a\nc")))


def test_trailing_spaces_that_changed_can_be_seen(planned):
    shown = text(planned(("/system_prompt", "a\nend\n", "a\nend  \n")))
    assert "\n    + end{+··+}\n" in shown


def test_values_that_only_look_the_same_are_called_so(planned):
    assert "only look the same" in text(planned(("/name", "a␛", "a\x1b")))
    assert "only look the same" in text(planned(("/name", "a\n␛", "a\n\x1b")))


def test_an_unknown_origin_is_said_once_and_a_known_one_where_it_belongs(planned, make_edit):
    def edits(*origins):
        return [make_edit(f"/extras/{n}", 1, 2, origin=o) for n, o in enumerate(origins)]

    unknown = text(planned(*edits(Origin.UNKNOWN, Origin.UNKNOWN)))
    assert unknown.count("origin") == 1
    assert "origin: unknown (never applied by agentsync)" in unknown
    same = text(planned(*edits(Origin.GIT, Origin.GIT)))
    assert same.count("origin") == 1
    assert "2 fields differ · origin: git\n" in same
    mixed = text(planned(*edits(Origin.LIVE, Origin.BOTH)))
    assert "1 → 2  origin: live, written over\n" in mixed
    assert "1 → 2  origin: both, git wins\n" in mixed


def test_a_plan_shortens_the_revision_and_a_diff_does_not(planned):
    precondition = Precondition(revision="0123456789abcdef" * 4, digest="")
    for command, expected in (("plan", "0123456789ab"), ("diff", "0123456789abcdef" * 4)):
        shown = text(planned(("/name", "a", "b"), command=command, precondition=precondition))
        assert re.search(rf"revision {expected}(?= ·|\n)", shown)


def test_a_creation_is_told_in_short_and_in_full_when_verbose(reports):
    short, full = text(reports["plan"]), text(reports["plan"], verbose=True)
    assert "Say plainly when something stops working" not in short
    assert "tools        3: get_pull, list_merged, publish\n" in short
    assert "Say plainly when something stops working" in full


def test_agents_in_sync_are_named_only_when_verbose(reports):
    assert "sql-analyst" not in text(reports["plan"])
    assert "in sync sql-analyst" in text(reports["plan"], verbose=True)


def test_unmanaged_fields_are_shown_only_when_asked_for(reports):
    assert "ui_color" not in text(reports["plan"])
    assert "/extras/ui_color" in text(reports["plan"], show_all=True)


def test_a_note_about_an_agent_in_sync_is_not_lost(planned):
    report = planned(action=Action.NO_OP, notes=("/tools is not shown by the API",))
    for command in ("plan", "diff"):
        assert "note: /tools is not shown" in text(replace(report, command=command))


def test_a_place_is_written_as_editors_expect_it(reports):
    rows = text(reports["validate"]).split("\n")
    assert rows[3].startswith("agents/support-triage/agent.yaml:12:7: error: ")
    assert rows[3].endswith("[unknown-key]")
    assert rows[4] == "    did you mean `mcp_server_url`?"
    assert rows[-2] == "2 errors, 1 warning in 14 agents"


@pytest.mark.parametrize("root", ["", "../project"])
def test_every_agent_of_a_diff_has_its_folder_as_soon_as_one_field_says_it(
    planned, make_change, make_edit, root
):
    span = Span(path="agents/b/subagents/b/AGENTS.md", line=1)
    changes = (
        make_change("a", Action.ADOPT, (make_edit("/name", "x", "y"),)),
        make_change("b", Action.UPDATE, (make_edit("/name", "x", "y", span=span),)),
        make_change("c", Action.CREATE),
        make_change("d", Action.NO_OP, notes=("a note",)),
    )
    report = planned(command="diff")
    report = replace(report, root=root, plan=replace(report.plan, changes=changes))
    rows = [row for row in text(report).split("\n") if row.startswith("+++")]
    home = f"{root}/agents" if root else "agents"
    assert rows == [f"+++ git   {home}/{name}" for name in "abcd"]


def test_agents_without_any_place_have_their_name_alone(planned):
    assert "\n+++ git   agent\n" in text(planned(("/name", "x", "y"), command="diff"))


def test_the_head_of_a_diff_fits_and_loses_nothing(planned):
    token = "0123456789abcdef" * 4
    precondition = Precondition(revision=token, digest="")
    shown = text(planned(("/name", "a", "b"), command="diff", precondition=precondition), width=80)
    assert re.search(rf"\n--- live  id \S+\n    revision {token}\n\+\+\+ git   agent\n", shown)
    assert max(map(len, shown.split("\n"))) <= 80


def test_both_sides_of_a_list_are_written_in_one_style(planned):
    long = list(range(40))
    for before, after in ((long, [1, 2, 3]), ([1, 2, 3], long), ({"a": long}, {"a": [1, 2, 3]})):
        shown = text(planned(("/extras/list", before, after), command="diff"))
        assert "[" not in shown.partition("@@\n")[2]
        assert " - 39\n" in shown
    assert "[1] → [2]\n" in text(planned(("/extras/list", [1], [2])))


def test_a_long_list_is_cut_in_a_plan_and_whole_in_a_diff(planned):
    field = ("/extras/list", list(range(100, 200)), list(range(300, 400)))
    shown = text(planned(field))
    assert "- - 111\n      … 88 more lines\n    + - 300\n" in shown
    assert "+ - 311\n      … 88 more lines\n" in shown
    assert "--verbose shows" in shown
    for whole in (text(planned(field), verbose=True), text(planned(field, command="diff"))):
        assert "- - 199\n" in whole
        assert "more line" not in whole


@pytest.mark.parametrize("value", [{}, [], ""])
@pytest.mark.parametrize("sign", "+-")
def test_an_empty_value_is_shown(planned, value, sign):
    sides = (ABSENT, value) if sign == "+" else (value, ABSENT)
    written = {dict: "{}", list: "[]", str: '""'}[type(value)]
    assert f"  {sign} /skills/s/files  {written}\n" in text(planned(("/skills/s/files", *sides)))


def test_a_tool_without_settings_is_only_named(planned):
    pointer = "/subagents/critic/tools/tools/search"
    assert f"  + {pointer}\n" in text(planned((pointer, ABSENT, {})))
    assert "  + /tools/tools  {}\n" in text(planned(("/tools/tools", ABSENT, {})))


def test_an_agent_to_adopt_shows_the_whole_id_that_binds_it(planned):
    whole = "5f0c7a1e-1111-4222-8333-944455566677"
    shown = text(planned(("/name", "a", "b"), action=Action.ADOPT, agent_id=whole))
    assert f"id {whole} " in shown
    assert "--adopt" not in shown
    shown = text(
        planned(("/name", "a", "b"), action=Action.ADOPT, agent_id=whole, refusals=("say so",))
    )
    assert f"! refused agent\n  say so\n  id {whole} " in shown
    assert "--adopt takes over 1 live agent: git wins over what is live.\n" in shown
