"""Who is who: the many names and codes in the records become entities, and facts are settled."""

from huoshui.entities.build import build, links, settled_items, settlements, who
from huoshui.entities.checks import checks
from huoshui.entities.waterfall import Bar, waterfall

__all__ = [
    "Bar",
    "build",
    "checks",
    "links",
    "settled_items",
    "settlements",
    "waterfall",
    "who",
]
