"""Who is who: the many names and codes in the records become entities, and facts are settled."""

from huoshui.entities.build import build, settlements, who
from huoshui.entities.checks import checks

__all__ = ["build", "checks", "settlements", "who"]
