"""The rules for reviewers: what a change does to an agent's powers, what stands in its texts."""
