"""The goals, one function per group of cases that are measured together."""

import json
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench import BASELINES, LATENCY, Bench, Planning, void
from corpus_options import Options
from measure import Case, measure
from peers import deepagents_dry_run, deepagents_version, octodns_validate
from rows import bound_row, counted_rows, noise_row, of_each, ratio_row, server_share_row
from serving import LiveServer
from table import Row

PAGE = 100
KB = 1024


def startup(bench: Bench) -> list[Row]:
    """G1–G3: what a command costs before it does anything, and for one agent."""
    peers, one = bench.peers, bench.corpus(1)
    cases = {
        "pass": bench.python_case("-c", "pass"),
        "import click": bench.python_case("-c", "import click"),
        "--version": Case(argv=[bench.agentsync, "--version"]),
        "--help": Case(argv=[bench.agentsync, "--help"]),
        "validate 1": bench.validate(one),
    }
    if peers.deepagents:
        cases["deepagents --version"] = deepagents_version(peers.deepagents, bench.work)
        cases["deepagents dry run"] = deepagents_dry_run(peers.deepagents, bench.work)
    if peers.octodns_validate:
        cases["octodns-validate"] = octodns_validate(peers.octodns_validate, bench.work)
    samples = bench.measure(cases, 21, control="pass")
    return [
        noise_row("startup", samples),
        ratio_row(samples, "G1", "--version", "pass", 1.15),
        ratio_row(samples, "G1", "--version", "deepagents --version", 0.40),
        ratio_row(samples, "G2", "--help", "import click", 1.20),
        ratio_row(samples, "G3", "validate 1", "import click", 1.5),
        ratio_row(samples, "G3", "validate 1", "deepagents dry run", 0.65),
        ratio_row(samples, "G3", "validate 1", "octodns-validate", 0.5),
    ]


def validate(bench: Bench) -> list[Row]:
    """G4: a thousand agents, against merely loading their YAML."""
    corpus = bench.corpus(1000)
    project = corpus / "project"
    cases = {
        "validate 1000": bench.validate(corpus),
        "CSafeLoader": bench.baseline("load_yaml.py", project),
        "CSafeLoader + jsonschema": bench.baseline(
            "load_yaml_jsonschema.py", project, bench.schema
        ),
        "validate 1000 rich": bench.validate(bench.corpus(1000, shape="rich")),
    }
    samples = bench.measure(cases, 9, control="CSafeLoader")
    return [
        noise_row("validate", samples),
        ratio_row(samples, "G4", "validate 1000", "CSafeLoader", 0.90),
        ratio_row(samples, "G4", "validate 1000", "CSafeLoader + jsonschema", 0.33),
        ratio_row(samples, "", "validate 1000 rich", "CSafeLoader", None),
    ]


def plan(bench: Bench) -> list[Row]:
    """G5, G8 and the counters of G10: a thousand unchanged agents at 50 ms, 32 workers."""
    with ExitStack() as stack:
        many = _planning(bench, stack, Options(agents=1000), 32)
        one = _planning(bench, stack, Options(agents=1), 32)
        cases = {
            "plan 1000": many.case(),
            "plan 1": one.case(),
            "bare 1000": many.bare(),
            "bare 1": one.bare(),
        }
        samples = bench.measure(cases, 7, control="bare 1000")
        cpu = of_each(
            samples,
            "cpu",
            lambda at: (at("plan 1000") - at("plan 1")) / (at("bare 1000") - at("bare 1")),
        )
        return [
            noise_row("plan", samples),
            bound_row(samples, "G5", "plan 1000", 1000, 32, 1.12),
            bound_row(samples, "", "bare 1000", 1000, 32, None),
            Row(
                goal="G8",
                what="plan CPU per agent / bare GET + json.loads",
                value=cpu,
                limit=2.0,
                void=void(samples, "cpu"),
            ),
            *counted_rows(many, 1000, 1000 // PAGE),
            server_share_row(many),
        ]


def scale(bench: Bench) -> list[Row]:
    """G6 and G9: 64 workers, and five times as many agents."""
    with ExitStack() as stack:
        cases = {}
        for agents, workers in ((1000, 32), (5000, 32), (1000, 64), (5000, 64)):
            planning = _planning(bench, stack, Options(agents=agents), workers)
            cases[f"plan {agents} C={workers}"] = planning.case()
        samples = bench.measure(cases, 5, control="plan 1000 C=64")
    small, large = "plan 1000 C=32", "plan 5000 C=32"
    further = of_each(samples, "rss", lambda at: (at(large) - at(small)) / 4000 / KB)
    return [
        noise_row("scale", samples),
        bound_row(samples, "G6", "plan 1000 C=64", 1000, 64, 1.25),
        bound_row(samples, "G6", "plan 5000 C=64", 5000, 64, 1.12),
        bound_row(samples, "", "plan 5000 C=32", 5000, 32, None),
        ratio_row(samples, "G9", large, small, 5.2, metric="cpu"),
        ratio_row(samples, "G9", large, small, 1.4, metric="rss"),
        Row(goal="G9", what="memory per further agent", value=further, limit=4, unit="KB"),
        Row(
            goal="",
            what="memory of plan 1000 C=32",
            value=samples.median(small, "rss") / KB**2,
            unit="MB",
        ),
    ]


def counts(bench: Bench) -> list[Row]:
    """G10: what can be counted, once each; no clock decides here."""
    with ExitStack() as stack:
        same = _planning(bench, stack, Options(agents=200), 32)
        edited_options = Options(agents=200, changed_every=10)
        edited = _planning(bench, stack, edited_options, 32)
        named = _planning(bench, stack, Options(agents=1000, bind="name"), 32, unchanged=0)
        heavy = _inside(bench, same, "imports")["heavy"]
        calls = _inside(bench, edited, "deepdiff")["deepdiff_calls"]
        measure({"by name": named.case()}, repeats=1, work=bench.work)
        return [
            Row(
                goal="G10",
                what="heavy modules imported by a plan without changes",
                value=len(heavy),
                limit=0,
                exact=True,
                note=", ".join(heavy),
            ),
            Row(
                goal="G10",
                what="DeepDiff calls, 20 of 200 agents changed",
                value=calls,
                limit=edited_options.changed,
                exact=True,
            ),
            *counted_rows(named, 1000, 1000 // PAGE, "found by name: "),
        ]


def one(bench: Bench) -> list[Row]:
    """G11: one agent, read live."""
    peers = bench.peers
    with ExitStack() as stack:
        single = _planning(bench, stack, Options(agents=1), 32, latency=0)
        cases = {
            "import httpx": bench.python_case("-c", "import httpx"),
            "plan 1 live": single.case(),
        }
        if peers.deepagents:
            cases["deepagents dry run"] = deepagents_dry_run(peers.deepagents, bench.work)
        samples = bench.measure(cases, 15, control="import httpx")
    return [
        noise_row("one", samples),
        ratio_row(samples, "G11", "plan 1 live", "import httpx", 1.5),
        ratio_row(samples, "G11", "plan 1 live", "deepagents dry run", 1.4),
    ]


def shapes(bench: Bench) -> list[Row]:
    """Not a goal: the plan under other readings of the API, and of richer agents."""
    with ExitStack() as stack:
        variants = {
            "plan 1000, whole tree in the answer": Options(agents=1000, tree="whole"),
            "plan 1000, subagents and skills": Options(agents=1000, shape="rich"),
            "plan 1000, every 10th changed": Options(agents=1000, changed_every=10),
            "plan 1000, found by name": Options(agents=1000, bind="name"),
        }
        cases = {}
        for name, options in variants.items():
            unchanged = 0 if options.bind == "name" else None
            cases[name] = _planning(bench, stack, options, 32, unchanged=unchanged).case()
        samples = bench.measure(cases, 3, control=None)
    pages = {"plan 1000, found by name": 1000 // PAGE}
    return [
        bound_row(samples, "", name, 1000, 32, None, pages=pages.get(name, 0)) for name in cases
    ]


def server(bench: Bench) -> list[Row]:
    """Not a goal: how much faster than the plan the bench's own server is."""
    corpus = bench.corpus(1000)
    with LiveServer(corpus) as live:
        case = bench.baseline("raw_get.py", live.port, 64, corpus / "ids.txt", 10)
        samples = bench.measure({"raw": case}, 3, control=None)
        live.reset(0)
        before = live.cpu()
        bench.measure({"raw": case}, 3, control=None)
        after = live.cpu()
    used = None if before is None or after is None else (after - before) / 4 / 10_000 * 1e6
    rate = 10_000 / samples.median("raw")
    return [
        Row(goal="", what="server: raw answers per second, 64 clients", value=rate, unit="/s"),
        Row(goal="", what="server: CPU per answer", value=used, unit="µs", note="needs /proc"),
    ]


GROUPS: dict[str, Callable[[Bench], list[Row]]] = {
    "startup": startup,
    "validate": validate,
    "plan": plan,
    "scale": scale,
    "counts": counts,
    "one": one,
    "shapes": shapes,
    "server": server,
}


def _planning(
    bench: Bench,
    stack: ExitStack,
    options: Options,
    workers: int,
    *,
    latency: float = LATENCY,
    unchanged: int | None = None,
) -> Planning:
    corpus = bench.corpora.get(options)
    live = stack.enter_context(LiveServer(corpus))
    return Planning(
        bench=bench,
        server=live,
        corpus=corpus,
        workers=workers,
        latency=latency,
        unchanged=options.agents if unchanged is None else unchanged,
        drifted=options.changed if unchanged is None else 0,
        counted=[],
    )


def _inside(bench: Bench, planning: Planning, what: str) -> dict[str, Any]:
    path = Path(bench.work / "counts.json")
    program = (bench.python, str(BASELINES / "counted.py"), str(path), what)
    measure({what: planning.case(*program)}, repeats=1, work=bench.work)
    counted: dict[str, Any] = json.loads(path.read_text())
    return counted
