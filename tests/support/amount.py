"""How much work those tests do that could always do more."""

import os

ROUNDS = int(os.environ.get("AGENTSYNC_ROUNDS", "200"))
"""AGENTSYNC_ROUNDS: rounds of racing writers, over all readings."""

EXAMPLES = int(os.environ.get("AGENTSYNC_EXAMPLES", "300"))
"""AGENTSYNC_EXAMPLES: generated agents per law."""
