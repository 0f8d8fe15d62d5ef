"""Every HTML report is a page that all readers can walk, and that runs nothing foreign."""

import base64
import re
from hashlib import sha256
from itertools import pairwise

from .htmltree import every_report, every_tree, page, said

OWN_TAGS = {
    *("html", "head", "meta", "title", "style", "body", "script", "header", "main", "footer"),
    *("section", "div", "p", "span", "a", "code", "pre", "ul", "li", "dl", "dt", "dd", "details"),
    *("h1", "h2", "h3", "h4", "table", "caption", "thead", "tbody", "tr", "th", "td", "summary"),
    *("del", "ins", "fieldset", "legend", "label", "input", "button"),
}


def test_the_tree_is_complete_and_our_own():
    for tree in every_tree().values():
        assert tree.get("lang") == "en"
        assert {element.tag for element in tree.iter()} <= OWN_TAGS
        for name in ("main", "h1", "style", "script", "header", "footer", "title"):
            assert len(list(tree.iter(name))) == 1, name


def test_headings_skip_no_level():
    for tree in every_tree().values():
        levels = [int(it.tag[1]) for it in tree.iter() if re.fullmatch("h[1-6]", str(it.tag))]
        assert levels[0] == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_table_says_what_it_and_its_columns_are():
    for tree in every_tree().values():
        for table in tree.iter("table"):
            assert said(next(table.iter("caption")))
            heads = list(next(table.iter("thead")).iter("th"))
            assert all(head.get("scope") == "col" for head in heads)
            assert all(said(head) for head in heads)
            for row in next(table.iter("tbody")).iter("tr"):
                assert sum(int(cell.get("colspan", 1)) for cell in row) == len(heads)
                assert all(it.get("scope") == "row" for it in row.iter("th"))


def test_ids_are_unique_and_every_link_leads_to_one():
    for tree in every_tree().values():
        ids = [it.get("id") for it in tree.iter() if it.get("id")]
        assert len(set(ids)) == len(ids)
        assert all(re.fullmatch("[a-z0-9-]+", it) for it in ids)
        for element in tree.iter():
            if target := element.get("href"):
                assert target[1:] in ids
            for name in (element.get("aria-labelledby") or "").split():
                assert name in ids
    assert any(it.get("href") != "#content" for it in every_tree()["edits", False].iter("a"))


def test_every_control_has_a_name_and_nothing_acts_by_an_attribute():
    for tree in every_tree().values():
        names = {name for element in tree.iter() for name in element.attrib}
        assert not names & {"style", "src", "srcset", "action", "formaction"}
        assert not [name for name in names if name.startswith("on")]
        labelled = {id(box) for label in tree.iter("label") for box in label.iter("input")}
        assert all(id(box) in labelled for box in tree.iter("input"))
        assert all(said(button) for button in tree.iter("button"))


def test_the_policy_names_the_very_style_and_script():
    text = page(every_report()["plan"])
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1]
    rules = dict(it.split(" ", 1) for it in policy.replace("&#x27;", "'").split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["base-uri"] == rules["form-action"] == "'none'"
    for name in ("style", "script"):
        (inner,) = re.findall(rf"<{name}>(.*?)</{name}>", text, re.DOTALL)
        digest = base64.b64encode(sha256(inner.encode()).digest()).decode()
        assert rules[f"{name}-src"] == f"'sha256-{digest}'"
    assert text.index("Content-Security-Policy") < text.index("<style>")


def test_nothing_is_fetched():
    for report in every_report().values():
        text = page(report)
        assert not re.search(r"(?i)url\(|@import|<link|<img|<iframe|src=|fetch\(|XMLHttp", text)
