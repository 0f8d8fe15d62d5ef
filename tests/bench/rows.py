"""Rows of the table, made from samples and from the server's counters."""

import statistics
from collections.abc import Callable
from math import ceil

from bench import LATENCY, Planning, void
from measure import Samples
from table import Row

NO_PEER = "no executable given or found"


def of_each(
    samples: Samples, metric: str, ratio: Callable[[Callable[[str], float]], float]
) -> float:
    """The median over the repeats of what `ratio` makes of one repeat's numbers."""
    results = []
    for repeat in range(samples.repeats):
        results.append(ratio(lambda name: samples.each(name, metric)[repeat]))  # noqa: B023
    return statistics.median(results)


def noise_row(group: str, samples: Samples) -> Row:
    """The A/A line of a group: wall as its value, CPU beside it."""
    voids = [metric for metric in ("wall", "cpu") if void(samples, metric)]
    note = f"must be 0.95–1.05; CPU {samples.noise('cpu'):.3f}"
    if voids:
        note += f"; {' and '.join(voids)} ratios below are void"
    return Row(goal="A/A", what=f"{group}: the same case twice", value=samples.noise(), note=note)


def ratio_row(
    samples: Samples,
    goal: str,
    case: str,
    base: str,
    limit: float | None,
    *,
    metric: str = "wall",
    note: str = "",
) -> Row:
    what = f"{case} / {base}" + ("" if metric == "wall" else f", {metric}")
    if not samples.has(base):
        return Row(goal=goal, what=what, value=None, limit=limit, note=NO_PEER)
    value = samples.ratio(case, base, metric)
    if metric == "wall":
        milliseconds = samples.median(case) * 1000
        note = "; ".join(filter(None, [f"{milliseconds:.0f} ms", note]))
    noisy = metric != "rss" and void(samples, metric)
    return Row(goal=goal, what=what, value=value, limit=limit, void=noisy, note=note)


def bound_row(
    samples: Samples,
    goal: str,
    case: str,
    agents: int,
    workers: int,
    limit: float | None,
    *,
    pages: int = 0,
    note: str = "",
) -> Row:
    """Wall time against the latency bound: rounds of requests, after the pages of the list."""
    bound = (ceil(agents / workers) + pages) * LATENCY / 1000
    wall = samples.median(case)
    cpu = samples.median(case, "cpu")
    note = "; ".join(filter(None, [f"{wall:.2f} s, CPU {cpu:.2f} s", note]))
    what = f"{case} / latency bound"
    return Row(goal=goal, what=what, value=wall / bound, limit=limit, void=void(samples), note=note)


def counted_rows(planning: Planning, gets: int, pages: int, prefix: str = "") -> list[Row]:
    """The server's counters of the worst run."""
    runs = planning.counted

    def requests(kind: str) -> int:
        return max((run["requests"].get(kind, 0) for run in runs), key=lambda n: abs(n - gets))

    other = max(
        sum(number for kind, number in run["requests"].items() if kind not in ("get", "list"))
        for run in runs
    )
    open_most = max(run["connections"] for run in runs)
    flying = max(run["max_in_flight"] for run in runs)
    pages_read = max(run["requests"].get("list", 0) for run in runs)
    of = planning.workers
    return [
        Row(
            goal="G10",
            what=f"{prefix}GETs of agents",
            value=requests("get"),
            limit=gets,
            exact=True,
        ),
        Row(goal="G10", what=f"{prefix}list pages", value=pages_read, limit=pages, exact=True),
        Row(goal="G10", what=f"{prefix}other requests", value=other, limit=0, exact=True),
        Row(goal="G10", what=f"{prefix}connections", value=open_most, limit=of, unit="count"),
        Row(goal="G10", what=f"{prefix}in flight", value=flying, limit=of, unit="count"),
    ]


def server_share_row(planning: Planning) -> Row:
    used = planning.server.cpu()
    runs = sum(run["requests"].get("get", 0) for run in planning.counted)
    note = f"over {runs} answers to the plan and as many or more to the baseline"
    return Row(goal="", what="server CPU in this group", value=used, unit="s", note=note)
