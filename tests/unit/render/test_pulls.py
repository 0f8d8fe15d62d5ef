"""What came home, and what did not: in pull, import and log."""

import json
from dataclasses import replace

import pytest
from edited import team_plan
from pulled import BOTH, LIVE, LONG, changed, history, patch
from reported import AFTER, BEFORE, edit, report_of

from agentsync.errors import ExitCode
from agentsync.model import FileOp, FilePatch, Finding, PatchStatus, Revision, Risk
from agentsync.render import RenderOptions, render

STOPPED = (PatchStatus.CONFLICT, PatchStatus.REFUSED, PatchStatus.FAILED)
EDIT = edit("/description", "live", "git", **LIVE)


def text(report, **options):
    return render(report, "text", RenderOptions(**options))


def pulled(*patches, command="pull", **given):
    options = given.pop("options", {})
    return text(report_of(command, patches=patches, **given), **options)


# -- pull


@pytest.mark.parametrize(
    ("statuses", "said"),
    [
        (["written"], "1 agent pulled"),
        (["written", "written", "conflict"], "2 agents pulled, 1 in conflict"),
        (["conflict", "refused", "unchanged"], "1 agent in conflict, 1 refused, 1 unchanged"),
        (["planned", "failed"], "1 agent to pull, 1 failed"),
        (["unchanged", "unchanged"], "Nothing to pull: no edit outside git has to come home."),
    ],
)
def test_every_agent_is_counted_once(statuses, said):
    page = pulled(*(patch(f"a{n}", PatchStatus(each)) for n, each in enumerate(statuses)))
    assert f"\n{said}\n" in page


@pytest.mark.parametrize("status", STOPPED)
def test_it_says_so_when_nothing_was_written(status):
    stopped = patch("a", status, message="why")
    assert "\nNothing was written.\n" in pulled(stopped)
    written = patch("b", PatchStatus.WRITTEN, fields=(EDIT,))
    assert "Nothing was written" not in pulled(stopped, written)


def test_conflict_markers_are_something_written(reports):
    page = text(reports["pull-conflict"])
    assert "Nothing was written" not in page
    assert "\n    ../agents/onboarding/AGENTS.md:14\n" in page


def test_a_dry_run_says_that_it_is_one():
    page = pulled(patch("a", PatchStatus.PLANNED, files=(changed("agents/a/x", 1, 0, "@@\n"),)))
    assert "A dry run: nothing was written." in page
    assert "without --dry-run" in page


def test_the_head_names_the_project_as_far_as_it_is_known():
    assert pulled(plan=team_plan()).startswith("Pull: acme-agents, target production\nmanaged · ")
    assert pulled(patch("a", PatchStatus.UNCHANGED)).startswith("Pull\n\nNothing to pull")


def test_an_edit_reads_from_git_to_live():
    assert "\n  ~ /description  git → live\n" in pulled(
        patch("a", PatchStatus.WRITTEN, fields=(EDIT,))
    )


def test_texts_are_told_by_their_size_and_in_full_when_verbose():
    field = edit("/system_prompt", AFTER, BEFORE, **LIVE)
    one = patch("a", PatchStatus.WRITTEN, fields=(field,))
    assert "@@" not in pulled(one)
    assert "  ~ /system_prompt  3 lines added, 2 removed\n" in pulled(one)
    assert "\n    + Say so in the summary.\n" in pulled(one, options={"verbose": True})


@pytest.mark.parametrize(
    ("merged", "said"), [(("/a",), "merged with git's change"), ((), "in place of git's change")]
)
def test_it_is_said_what_became_of_gits_own_change(merged, said):
    field = edit("/a", 1, 2, **BOTH)
    page = pulled(patch("a", PatchStatus.WRITTEN, fields=(field,), merged=merged))
    assert f"  ~ /a  2 → 1  {said}\n" in page
    assert "git changed it as well" not in page


def test_what_is_undecided_shows_both_sides():
    undecided = (edit("/a", 1, 2, **BOTH), edit("/b", 3, 4), edit("/c", AFTER, BEFORE, **BOTH))
    page = pulled(patch("a", PatchStatus.CONFLICT, undecided=undecided, message="decide"))
    assert "  ~ /a  2 → 1  git changed it as well\n" in page
    assert "  ~ /b  4 → 3  its origin is unknown\n" in page
    assert "\n    + Say so in the summary.\n" in page


def test_agents_that_failed_alike_are_told_of_together():
    lost = [patch(f"a{n}", PatchStatus.FAILED, message="no connection") for n in range(8)]
    page = pulled(*lost)
    assert page.count("no connection") == 1
    assert "! failed a0, a1, a2, a3, a4 … and 3 more\n" in page


def test_why_nothing_came_home_is_told_once_of_many():
    still = [patch(f"a{n}", PatchStatus.UNCHANGED, message="no live agent") for n in range(8)]
    page = pulled(*still, patch("b", PatchStatus.UNCHANGED))
    assert "\na0, a1, a2, a3, a4, a5 and 2 more: no live agent\n" in page
    assert "unchanged b" not in page
    full = pulled(*still, patch("b", PatchStatus.UNCHANGED), options={"verbose": True})
    assert "a6, a7: no live agent\n  unchanged b\n" in full


@pytest.mark.parametrize(
    "pointer", ["/extras/key", "/extras/key/deep/0", "/extras", "/extras/key/deep"]
)
@pytest.mark.parametrize("part", ["fields", "undecided"])
@pytest.mark.parametrize("verbose", [False, True])
def test_a_secret_is_not_printed(pointer, part, verbose):
    found = Finding(
        rule="secret",
        severity=Risk.HIGH,
        address="a",
        pointer="/extras/key/deep",
        message="an API key",
    )
    page = pulled(
        patch(
            "a",
            PatchStatus.REFUSED,
            **{part: (edit(pointer, "hunter2", "", **LIVE), edit("/extras/keys", "1", "2"))},
            findings=(found,),
            message="it holds a secret",
        ),
        options={"verbose": verbose},
    )
    assert "hunter2" not in page
    assert "\nFindings\n  ! high    a  secret  an API key  /extras/key/deep\n" in page
    assert "/extras/keys" in page


def test_the_worst_findings_are_the_loudest():
    found = Finding(rule="r", severity=Risk.LOW, address="a", pointer="/x", message="m")
    low = pulled(patch("a", PatchStatus.WRITTEN, findings=(found,)), options={"color": True})
    high = pulled(
        patch("a", PatchStatus.WRITTEN, findings=(replace(found, severity=Risk.HIGH),)),
        options={"color": True},
    )
    assert "\x1b[2m· low" in low
    assert "\x1b[1;31m! high" in high


def test_files_that_were_not_committed_are_told_loudly():
    left = patch("a", PatchStatus.WRITTEN, fields=(EDIT,), message="git did not commit them")
    assert "\n  \x1b[1;31mgit did not commit them\x1b[0m\n" in pulled(left, options={"color": True})
    assert "`git diff` shows what came home" in pulled(left)
    assert "`git show COMMIT`" in pulled(replace(left, commit="9f2c"))


# -- files and patches


def test_each_file_says_what_happens_to_it():
    files = (
        FilePatch(path="agents/a/AGENTS.md", op=FileOp.UPDATE, added=3, removed=1),
        FilePatch(path="agents/a/agent.yaml", op=FileOp.CREATE, added=9),
        FilePatch(path="agents/a/files/old", op=FileOp.DELETE, removed=4),
    )
    page = pulled(patch("a", PatchStatus.WRITTEN, files=files), root="..")
    assert "  ~ ../agents/a/AGENTS.md   +3 -1\n" in page
    assert "  + ../agents/a/agent.yaml  +9\n" in page
    assert "  - ../agents/a/files/old   -4\n" in page


DIFF = """\
diff --git a/x b/x
--- a/x
+++ b/x
@@ -1,2 +1,2 @@
 same
--- a/forged
++++ b/forged
"""


def test_a_patch_has_the_colours_of_a_diff():
    page = pulled(
        patch("a", PatchStatus.PLANNED, files=(changed("x", 1, 1, DIFF),)),
        options={"color": True},
    )
    rows = page.split("\n")
    assert "    \x1b[1mdiff --git a/x b/x\x1b[0m" in rows
    assert "    \x1b[2m--- a/x\x1b[0m" in rows
    assert "     same" in rows
    assert "    \x1b[31m--- a/forged\x1b[0m" in rows
    assert "    \x1b[32m++++ b/forged\x1b[0m" in rows


@pytest.mark.parametrize("status", [PatchStatus.PLANNED, PatchStatus.REFUSED])
def test_the_patch_is_shown_where_somebody_needs_it(status):
    files = (changed("x", 1, 1, DIFF),)
    assert "@@ -1,2" in pulled(patch("a", status, files=files))
    assert "@@ -1,2" not in pulled(patch("a", PatchStatus.WRITTEN, files=files))


def test_a_long_patch_is_cut_and_whole_when_verbose():
    lines = "".join(f"+line {n}\n" for n in range(500))
    files = (changed("x", 500, 0, f"--- a/x\n+++ b/x\n@@ -0,0 +1,500 @@\n{lines}+{LONG}\n"),)
    page = pulled(patch("a", PatchStatus.PLANNED, files=files))
    assert "… 384 more lines\n" in page
    assert "--verbose shows them in full" in page
    whole = pulled(patch("a", PatchStatus.PLANNED, files=files), options={"verbose": True})
    assert "+line 499\n" in whole
    assert LONG in whole
    assert "--verbose" not in whole


@pytest.mark.parametrize("command", ["pull", "import"])
def test_a_dry_run_of_either_shows_the_patch(command):
    page = pulled(
        patch("a", PatchStatus.PLANNED, files=(changed("x", 1, 1, DIFF),)), command=command
    )
    assert "\n    @@ -1,2 +1,2 @@\n     same\n    --- a/forged\n" in page


# -- import


def test_many_imported_agents_are_cut_and_all_there_when_verbose():
    many = tuple(patch(f"a{n:04}", PatchStatus.WRITTEN) for n in range(1000))
    page = pulled(*many, command="import")
    assert "\n1000 agents imported\n" in page
    assert page.count("+ imported") == 30
    assert "… 970 more agents\n" in page
    whole = pulled(*many, command="import", options={"verbose": True})
    assert whole.count("+ imported") == 1000


def test_a_note_that_many_share_is_told_once():
    many = tuple(patch(f"a{n}", PatchStatus.WRITTEN, notes=("2 files left",)) for n in range(9))
    page = pulled(*many, patch("b", PatchStatus.WRITTEN, notes=("else",)), command="import")
    assert "\nnote: a0, a1, a2, a3 and 5 more: 2 files left\nnote: b: else\n" in page


def test_what_git_has_already_is_counted_and_named_when_verbose():
    known = patch("a", PatchStatus.UNCHANGED, message="bound by agents/a/agent.yaml")
    new = patch("b", PatchStatus.WRITTEN)
    page = pulled(known, new, command="import")
    assert "\n1 agent imported, 1 in git already\n" in page
    assert "bound by" not in page
    assert "bound by" in pulled(known, new, command="import", options={"verbose": True})
    assert "Nothing to import: 1 agent is in git already.\n" in pulled(known, command="import")


@pytest.mark.parametrize("status", STOPPED)
def test_what_is_not_imported_has_its_reason(status):
    page = pulled(
        patch("a", status, message="too long", hint="cut it", code="size"), command="import"
    )
    assert f"! {status.value} a\n  too long [size]\n  cut it\n" in page
    assert "Nothing was written." in page


def test_an_agent_without_a_folder_is_called_by_its_name():
    nameless = patch("5f0c7a1e", PatchStatus.REFUSED, agent_id="5f0c7a1e", name="Team bot")
    page = pulled(replace(nameless, message="why"), command="import")
    assert "\n! refused “Team bot”, id 5f0c7a1e\n  why\n" in page


def test_very_many_reasons_are_cut_and_all_there_when_verbose():
    many = [patch(f"a{n}", PatchStatus.REFUSED, message=f"why {n:03}") for n in range(100)]
    page = pulled(*many, command="import")
    assert page.count("! refused") == 12
    assert "… 88 more reasons\n" in page
    assert "why 099" in pulled(*many, command="import", options={"verbose": True})


# -- log


def logged(*revisions, **given):
    options = given.pop("options", {})
    told = replace(history(), revisions=revisions, **{"notes": (), "complete": True, **given})
    return text(report_of("log", history=told), **options)


def test_a_revision_is_named_as_rollback_takes_it():
    page = logged(Revision(token="0123456789abcdef" * 4), Revision(token="b" * 64))
    assert "\n0123456789ab  at an unknown time\n" in page
    assert "`agentsync rollback onboarding -t production --to REVISION`" in page
    assert "\n" + "b" * 64 + "\n" in logged(Revision(token="b" * 64), options={"verbose": True})


def test_an_edit_reads_from_the_older_revision_to_the_newer():
    page = logged(Revision(token="a" * 12, fields=(edit("/a", 1, 2),)), Revision(token="b" * 12))
    assert "\n  ~ /a  1 → 2\n" in page


def test_the_commit_of_an_apply_is_told_once():
    last = history().revisions[1].applied
    one = Revision(token="a" * 12, applied=last, commit=last.commit)
    assert logged(one).count("4f2a9c1d0e7b") == 1
    other = logged(replace(one, commit="77" * 20))
    assert "  applied 2026-11-20 14:02 UTC (commit 4f2a9c1d0e7b) · same as commit 777777" in other


def test_it_is_said_whether_there_are_older_ones():
    assert "1 revision, newest first\n" in logged(Revision(token="a" * 12))
    assert "1 revision, newest first; there are older ones\n" in logged(
        Revision(token="a" * 12), complete=False
    )
    assert "No revision is known\n  note: the API lists none\n" in logged(
        notes=("the API lists none",)
    )


def test_the_first_revision_is_told_in_short():
    fields = tuple(edit(f"/f{n}", 1, 2) for n in range(3))
    first = Revision(token="a" * 12, fields=fields)
    assert "  the first: 3 fields\n" in logged(first)
    assert "/f0" in logged(first, complete=False)
    assert "/f0" in logged(first, options={"verbose": True})


def test_what_cannot_be_read_is_not_called_unchanged():
    page = logged(Revision(token="a" * 12, readable=False), complete=False)
    assert "the API does not show what it changed" in page
    assert "compares changed" not in page


@pytest.mark.parametrize("command", ["pull", "import", "log"])
def test_a_command_that_was_stopped_tells_why(command, reports):
    report = replace(reports["unauthorized"], command=command)
    assert text(report).startswith("error: the API does not know this key")
    assert json.loads(render(report, "json", RenderOptions()))["exit_code"] == ExitCode.ERROR
