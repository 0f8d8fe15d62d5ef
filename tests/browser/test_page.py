"""The HTML report as people meet it: seen, read aloud, filtered, printed, attacked."""

import re
from dataclasses import replace

import pytest
from hostile import full_of
from reported import change, edit, plan_of, report_of

from agentsync.canonical import ABSENT
from agentsync.model import Action, Finding, Origin, Risk

_SHOWN = "document.getElementById('shown').textContent"
_SECTIONS = (
    "[...document.querySelectorAll('section.agent')].filter(e => e.checkVisibility())"
    ".map(e => e.querySelector('h3').textContent)"
)
_ROWS = (
    "[...document.querySelectorAll('.agents tbody tr')].filter(e => e.checkVisibility())"
    ".map(e => e.querySelector('[data-name]').textContent)"
)
_POINTERS = (
    "[...document.querySelectorAll('section.agent [data-origin]')]"
    ".filter(e => e.checkVisibility()).map(e => e.querySelector('[data-pointer]').textContent)"
)
_FINDINGS = (
    "[...document.querySelectorAll('[data-finding]')].filter(e => e.checkVisibility())"
    ".map(e => e.querySelector('.message').textContent)"
)
_VALUES = "document.querySelector('section.agent table.values').checkVisibility()"
_COLOURS = "(e => [e.backgroundColor, e.color])(getComputedStyle(document.body))"
_DIFFERING = ["alpha", "beta", "delta", "gamma"]
_OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
_ATTACKS = (
    "<script>window.pwned = 1</script>",
    "</pre></td></table></details><script>window.pwned = 1</script>",
    "<img src=x onerror='window.pwned = 1'>",
    "</title></style><svg onload='window.pwned = 1'>",
    "\" onmouseover='window.pwned = 1' x=\"",
    "<a href='javascript:window.pwned = 1'>x</a>",
    "<iframe srcdoc='<script>parent.pwned = 1</script>'></iframe>",
    "<base href='https://evil.example/'><link rel=stylesheet href=/x.css>",
)


def planned():
    """Four agents of different origins and risks, and one in sync."""

    def agent(address, *fields):
        return change(address, Action.UPDATE, fields)

    def finding(address, risk, pointer, message):
        return Finding(rule="r", severity=risk, address=address, pointer=pointer, message=message)

    return report_of(
        checked=5,
        plan=plan_of(
            (
                agent(
                    "alpha",
                    edit("/name", "a", "b", origin=Origin.GIT),
                    edit("/system_prompt", "one\ntwo", "one\n2", origin=Origin.LIVE),
                ),
                agent("beta", edit("/description", "a", "b", origin=Origin.BOTH)),
                change("calm", Action.NO_OP),
                agent("delta", edit("/name", "a", "b", origin=Origin.UNKNOWN)),
                agent("gamma", edit("/model", "a", "b", origin=Origin.GIT)),
            ),
            (
                finding("alpha", Risk.HIGH, "/name", "a high one"),
                finding("beta", Risk.MEDIUM, "/description", "a medium one"),
                finding("alpha", Risk.LOW, "/system_prompt", "a low one"),
            ),
        ),
    )


def test_everything_is_there_and_nothing_is_fetched(opened):
    tab = opened(planned())
    assert tab.run("document.title") == "Plan: acme-agents · agentsync"
    assert tab.run(_SECTIONS) == ["alpha", "beta", "delta", "gamma"]
    assert tab.run(_ROWS) == ["alpha", "beta", "delta", "gamma"]
    assert len(tab.run(_POINTERS)) == 5
    assert tab.run(_FINDINGS) == ["a high one", "a medium one", "a low one"]
    assert tab.run(_SHOWN) == "Shown: 4 of 5 agents, 5 of 5 fields, 3 of 3 findings"
    requests = [it["request"]["url"] for it in tab.said("Network.requestWillBeSent")]
    assert [url.partition(":")[0] for url in requests] == ["file"]


def complaints(tab):
    """What the console, the policy and the browser's own audit say against the page."""
    kinds = ("Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled")
    return tab.said(*kinds, "Audits.issueAdded")


def test_no_report_makes_the_browser_complain(opened, reports):
    for name, report in reports.items():
        tab = opened(report, verbose=True)
        assert complaints(tab) == [], name
        assert len(tab.said("Network.requestWillBeSent")) == 1, name


def test_a_complaint_would_be_seen(tab, tmp_path):
    path = tmp_path / "bad.html"
    path.write_text(
        "<!DOCTYPE html><meta http-equiv=Content-Security-Policy content=\"default-src 'none'\">"
        "<script>1</script><img src=x.png>",
        "utf-8",
    )
    tab.open(path)
    assert complaints(tab)


@pytest.mark.parametrize(
    ("box", "agents", "said"),
    [
        ("origin-git", ["alpha", "beta", "delta"], "3 of 5 agents, 3 of 5 fields, 2 of 3"),
        (
            "origin-live",
            ["alpha", "beta", "delta", "gamma"],
            "4 of 5 agents, 4 of 5 fields, 2 of 3",
        ),
        ("origin-both", ["alpha", "delta", "gamma"], "3 of 5 agents, 4 of 5 fields, 2 of 3"),
        ("origin-unknown", ["alpha", "beta", "gamma"], "3 of 5 agents, 4 of 5 fields, 3 of 3"),
        ("risk-high", _DIFFERING, "4 of 5 agents, 5 of 5 fields, 2 of 3"),
        ("risk-medium", ["alpha", "delta", "gamma"], "3 of 5 agents, 4 of 5 fields, 2 of 3"),
        ("risk-low", _DIFFERING, "4 of 5 agents, 5 of 5 fields, 2 of 3"),
        ("risk-none", ["alpha", "beta"], "2 of 5 agents, 3 of 5 fields, 3 of 3"),
    ],
)
def test_each_box_hides_what_it_names(opened, box, agents, said):
    tab = opened(planned())
    before = tab.run(_SHOWN)
    tab.click(f"#{box}")
    assert tab.run(_SECTIONS) == tab.run(_ROWS) == agents
    assert tab.run(_SHOWN) == f"Shown: {said} findings"
    tab.click(f"#{box}")
    assert tab.run(_SHOWN) == before


def test_two_severities_hide_an_agent_that_has_both(opened):
    tab = opened(planned())
    tab.click("#risk-high")
    tab.click("#risk-low")
    assert tab.run(_SECTIONS) == ["beta", "delta", "gamma"]
    assert tab.run(_FINDINGS) == ["a medium one"]


def test_agents_in_sync_can_be_shown(opened):
    tab = opened(planned())
    tab.click("#calm")
    assert tab.run(_ROWS) == ["alpha", "beta", "calm", "delta", "gamma"]
    assert tab.run(_SHOWN).startswith("Shown: 5 of 5 agents")


def test_a_text_finds_names_and_fields(opened):
    tab = opened(planned())
    tab.click("#text")
    tab.write("PROMPT")
    assert tab.run(_POINTERS) == ["/system_prompt"]
    assert tab.run(_SECTIONS) == ["alpha"]
    assert tab.run(_FINDINGS) == ["a low one"]
    assert (
        tab.run("document.querySelector('section.agent table.values').checkVisibility()") is False
    )
    tab.press("Backspace", 6)
    tab.write("alph")
    assert tab.run(_POINTERS) == ["/name", "/system_prompt"]
    assert tab.run(_SHOWN) == "Shown: 1 of 5 agents, 2 of 5 fields, 2 of 3 findings"
    tab.press("Backspace", 4)
    tab.write("nobody")
    assert tab.run(_SHOWN) == "Shown: 0 of 5 agents, 0 of 5 fields, 0 of 3 findings"
    tab.click("#reset")
    assert tab.run(_SHOWN) == "Shown: 4 of 5 agents, 5 of 5 fields, 3 of 3 findings"
    assert tab.run("document.getElementById('text').value") == ""


def focused(tab):
    return tab.run("document.activeElement.id || document.activeElement.className")


def test_the_keyboard_alone_is_enough(opened):
    tab = opened(planned())
    tab.press("Tab")
    assert focused(tab) == "skip"
    assert tab.run("document.activeElement.getBoundingClientRect().top") >= 0
    tab.press("Tab")
    assert focused(tab) == "origin-git"
    assert tab.run("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    tab.press(" ")
    assert tab.run(_SECTIONS) == ["alpha", "beta", "delta"]
    tab.press(" ")
    names = ["origin-live", "origin-both", "origin-unknown"]
    names += ["risk-high", "risk-medium", "risk-low", "risk-none", "text"]
    for name in names:
        tab.press("Tab")
        assert focused(tab) == name
    tab.write("gamma")
    assert tab.run(_SECTIONS) == ["gamma"]
    tab.press("Tab")
    assert focused(tab) == "calm"
    tab.press(" ")
    tab.press("Tab")
    assert focused(tab) == "reset"
    tab.press("Enter")
    assert tab.run(_SHOWN) == "Shown: 4 of 5 agents, 5 of 5 fields, 3 of 3 findings"


def test_the_skip_link_leads_past_the_head(opened):
    tab = opened(planned())
    tab.press("Tab")
    tab.press("Enter")
    assert focused(tab) == "content"


def test_a_finding_leads_to_its_agent(opened):
    tab = opened(planned())
    tab.click("[data-finding] a")
    tab.call("Runtime.evaluate", expression="1")
    assert tab.run("location.hash") == "#agent-1"
    assert tab.run("document.querySelector(':target').textContent") == "alpha"
    assert len(tab.said("Network.requestWillBeSent")) <= 2


def test_texts_fold_and_unfold(opened):
    tab = opened(planned())
    count = "document.querySelectorAll('details.text[open]').length"
    assert tab.run(count) == 1
    tab.click("#fold")
    assert tab.run(count) == 0
    tab.click("#unfold")
    assert tab.run(count) == 1


def test_paper_has_every_text(opened):
    tab = opened(planned())
    tab.click("#fold")
    tab.run("dispatchEvent(new Event('beforeprint'))")
    assert tab.run("document.querySelectorAll('details:not([open])').length") == 0
    tab.run("dispatchEvent(new Event('afterprint'))")
    assert tab.run("document.querySelectorAll('details[open]').length") == 0
    tab.call("Emulation.setEmulatedMedia", media="print")
    assert tab.run("document.getElementById('filters').checkVisibility()") is False


@pytest.mark.parametrize("attack", _ATTACKS)
@pytest.mark.parametrize("command", ["plan", "apply", "pull", "log"])
def test_a_text_that_attacks_is_only_read(opened, attack, command):
    tab = opened(full_of(command, attack, f"{attack} other"), verbose=True, show_all=True)
    assert tab.run("window.pwned") is None
    assert attack in tab.run("document.body.textContent")
    assert tab.run("document.querySelectorAll('img, iframe, svg, base, link').length") == 0
    assert tab.run("document.scripts.length") == 1
    assert complaints(tab) == []
    assert len(tab.said("Network.requestWillBeSent")) == 1


def test_even_an_escaping_mistake_would_not_run(opened, tmp_path):
    tab = opened(planned())
    path = tmp_path / "report.html"
    evil = "<script>window.pwned = 1</script><img src=x onerror='window.pwned = 1'>"
    path.write_text(path.read_text("utf-8").replace("</main>", f"{evil}</main>"), "utf-8")
    tab.open(path)
    assert tab.run("document.querySelectorAll('main img').length") == 1
    assert tab.run("window.pwned") is None
    assert tab.run(_SHOWN).startswith("Shown: 4 of 5")
    assert complaints(tab)
    requests = tab.said("Network.requestWillBeSent", "Network.loadingFailed")
    assert [it.get("blockedReason") for it in requests] == [None, None, "csp"]


def test_dark_and_light_are_two(opened, tab):
    seen = []
    for dark in (False, True):
        tab.look(dark=dark)
        opened(planned())
        seen.append([sum(map(int, re.findall(r"\d+", it))) for it in tab.run(_COLOURS)])
    (light_back, light_text), (dark_back, dark_text) = seen
    assert light_back > dark_back
    assert light_text < dark_text


@pytest.mark.parametrize("width", [320, 400, 1280])
def test_no_page_is_wider_than_the_screen(opened, tab, reports, width):
    tab.look(width=width)
    for name in ("plan-origins", "edits", "hostile", "apply", "status", "drift", "log", "validate"):
        opened(reports[name], verbose=True, show_all=True)
        assert tab.run(_OVERFLOW) <= 0, name
    opened(full_of("plan", "x" * 400, "y" * 400), verbose=True)
    assert tab.run(_OVERFLOW) <= 0


def test_on_a_phone_one_side_is_below_the_other(opened, tab):
    tab.look(width=400)
    opened(planned())
    places = tab.run(
        "[...document.querySelectorAll('.sides .old, .sides .new')]"
        ".map(e => e.getBoundingClientRect()).map(e => [e.left, e.top, e.right])"
    )
    (left, top, right), (left_below, below, right_below) = places
    assert (left, right) == (left_below, right_below)
    assert below > top
    assert right <= 400


def test_without_scripts_everything_is_there_and_no_control(tab, tmp_path, opened):
    tab.call("Emulation.setScriptExecutionDisabled", value=True)
    opened(planned())
    assert tab.run("document.getElementById('filters').checkVisibility()") is False
    assert tab.run(_ROWS) == ["alpha", "beta", "calm", "delta", "gamma"]
    assert len(tab.run(_POINTERS)) == 5
    assert len(tab.run(_FINDINGS)) == 3
    tab.click("details.text summary")
    assert tab.run("document.querySelectorAll('details.text[open]').length") == 0


def test_what_a_screen_reader_meets(opened):
    tree = opened(planned()).tree()
    roles = {role for role, _ in tree}
    assert {"banner", "main", "contentinfo", "search", "status"} <= roles
    assert ("search", "Filters") in tree
    assert [name for role, name in tree if role == "heading"][:3] == [
        *("Plan: acme-agents", "Summary", "Capability changes"),
    ]
    for name in ("Capability changes", "Agents", "Fields of alpha with short values"):
        assert ("table", name) in tree
    for name in ("risk", "agent", "rule", "field", "live", "git", "origin", "live revision"):
        assert ("columnheader", name) in tree
    assert ("rowheader", "alpha") in tree
    assert ("checkbox", "unknown") in tree
    assert ("checkbox", "show agents in sync") in tree
    assert ("searchbox", "Name or field") in tree
    assert ("button", "Unfold all texts") in tree
    assert {"deletion", "insertion"} <= roles
    words = " ".join(name for role, name in tree if role == "StaticText")
    assert "removed: " in words
    assert "added: " in words


def test_on_a_phone_tables_are_still_tables(opened, tab):
    tab.look(width=400)
    tree = opened(planned()).tree()
    assert ("table", "/system_prompt: live and git side by side") in tree
    assert ("columnheader", "git") in tree


def test_500_agents_are_filtered_while_one_types(opened):
    plan = planned().plan
    changes = tuple(
        change(
            f"agent-{number:03}",
            Action.UPDATE,
            (
                *(edit(f"/extras/{n:02}", "a", "b", origin=Origin.GIT) for n in range(10)),
                edit("/system_prompt", ABSENT, "line\n" * 60, origin=Origin.LIVE),
            ),
        )
        for number in range(500)
    )
    tab = opened(report_of(checked=500, plan=replace(plan, changes=changes)))
    assert tab.run(_SHOWN).startswith("Shown: 500 of 500 agents, 5500 of 5500 fields")
    tab.click("#text")
    tab.write("agent-49")
    assert tab.run(_SHOWN).startswith("Shown: 10 of 500 agents, 110 of 5500 fields")
    spent = tab.run(
        "(() => { const start = performance.now();"
        " document.getElementById('origin-git').click();"
        " document.body.getBoundingClientRect(); return performance.now() - start; })()"
    )
    assert spent < 2_000
    assert tab.run(_SHOWN).startswith("Shown: 10 of 500 agents, 10 of 5500 fields")
