"""The files of an agent's folder, written so that they say what a canonical form says.

The way back from files/definition.py and engine/normalise.py: `pull` changes what is there as
little as it can, `import` starts from an empty folder. Texts in, texts out; no disk.
"""

from agentsync.files.authoring.agent import authored
from agentsync.files.authoring.folder import CONFLICT, Authored, Texts

__all__ = ["CONFLICT", "Authored", "Texts", "authored"]
