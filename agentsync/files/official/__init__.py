"""Definitions as other tools keep them: projects of the official command line, and exports.

Source: deepagents-cli 0.3.0, deploy/project.py and deploy/payload.py; what an export holds is not
documented, so all that is known of its files is read and the rest is told.
"""

from agentsync.files.official.project import Carried, projects_in, read_project
from agentsync.files.official.state import deployed_id

__all__ = ["Carried", "deployed_id", "projects_in", "read_project"]
