"""What the reports of this project begin with on GitHub."""

MARKERS = {name: f"<!-- agentsync {name} shop/production -->" for name in ("plan", "drift", "pull")}
