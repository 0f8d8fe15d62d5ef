"""The pages of `plan`, `diff` and `rollback`, and of an `apply` that nobody has decided yet."""

from collections.abc import Iterator
from typing import Final

from agentsync.model import Plan, Report
from agentsync.render import RenderOptions, wording
from agentsync.render.markdown.agents import Agents
from agentsync.render.markdown.escape import bold, code, prose
from agentsync.render.markdown.findings import finding_listing
from agentsync.render.markdown.heads import closing, counts, refusals, risks, title
from agentsync.render.markdown.pages import Page
from agentsync.render.markdown.parts import Listing
from agentsync.render.markdown.problems import diagnostic_listing, problem_listing
from agentsync.render.text.heads import SHORT_ID

_COMPARED: Final = "Git compared with what is live: "
_NO_RISK: Final = "Risk: no capability change was found."
_KEPT: Final = "kept as edited outside git"
_IDLE: Final = "Nothing to do: no field differs from that revision."


def plan_page(report: Report, plan: Plan, options: RenderOptions) -> Page:
    """What would be done, agent by agent; of a diff, what differs."""
    full = report.command == "diff"
    agents = Agents(plan, options, kept=_KEPT, full=full)
    return _page(report, plan, options, agents, tuple(_summary(report, plan)))


def rollback_page(report: Report, plan: Plan, options: RenderOptions) -> Page:
    """How an agent would go back."""
    agents = Agents(plan, options, kept="left as it is", update="roll back")
    number = sum(len(change.to_apply) for change in plan.changes)
    back = f"{wording.counted(number, 'field')} to roll back"
    lead = [f"{bold(back)}." if number else _IDLE]
    if edits := wording.edits_written_over(plan) if number else "":
        lead.append(f"⚠️ It writes over {edits}: what is live there is lost.")
    return _page(report, plan, options, agents, (" ".join(lead), risks(plan.findings)))


def _page(
    report: Report, plan: Plan, options: RenderOptions, agents: Agents, lead: tuple[str, ...]
) -> Page:
    return Page(
        lead=(title(report), *lead),
        listings=(
            refusals(plan),
            finding_listing(report),
            problem_listing(report, options),
            diagnostic_listing(report.diagnostics),
            agents.listing(),
        ),
        folded=agents.folded(),
        last=(orphan_listing(plan),),
        closing=closing(report),
    )


def _summary(report: Report, plan: Plan) -> Iterator[str]:
    """What the plan comes to, how risky it is, and what holds for all of it."""
    if calm := wording.nothing_to_do(report):
        yield f"✅ {calm}"
        return
    yield counts(_COMPARED, (text for text, _ in wording.summary(report, plan)))
    yield risks(plan.findings) or ("" if report.problems else _NO_RISK)
    if over := wording.written_over(plan):
        yield f"⚠️ {bold(over)}"
    compared = any(change.fields and change.agent_id for change in plan.changes)
    if compared and not wording.origin_known(plan):
        yield prose(wording.UNKNOWN_ORIGIN)


def orphan_listing(plan: Plan) -> Listing:
    """Live agents that git has no definition of any more, but for those that the plan deletes."""
    going = {change.agent_id for change in plan.changes}
    orphans = [it for it in plan.orphans if it.address and it.agent_id not in going]
    twice = len({orphan.address for orphan in orphans}) < len(orphans)
    # The address alone does not say which one, and then the id is what --delete takes.
    size = None if twice else SHORT_ID
    return Listing(
        heading="Not in git any more",
        head=("agent", "id", "left alone; `--delete NAME` deletes"),
        rows=tuple(
            (code(it.address), code(it.agent_id[:size]), prose(it.reason)) for it in orphans
        ),
        noun="agent",
        share=0.05,
    )
