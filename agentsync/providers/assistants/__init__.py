"""The assistants of an Agent Server: graphs with a context of their own, as Agent Builder makes.

provider    who speaks to the server
rules       what an assistant's fields mean
mirror      what is sent and answered, and what a canonical form makes of it
versions    the past of an assistant
overtaking  two writers at the same time
searching   the list of assistants
graphs      what a graph says of the context that it takes
"""

from agentsync.providers.assistants.provider import Assistants
from agentsync.providers.assistants.rules import RULES

__all__ = ["RULES", "Assistants"]
