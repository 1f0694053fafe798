"""The forms of every definition that a pack may hold: one file per family.

Each form refuses unknown keys.  A number is text or a whole number and is read as `Decimal`; a
value stands beside its day and its citation.
"""

from huoshui.policy.schema.facts import (
    FACTS_BUILT_IN,
    FACTS_RESERVED,
    Category,
    ColumnType,
    Feed,
    FeedColumn,
    FeedSource,
    FeedSubject,
    Item,
    ItemColumn,
    Settlement,
)
from huoshui.policy.schema.indicators import Indicator, Measure
from huoshui.policy.schema.offerings import Institution, Offering, Term
from huoshui.policy.schema.parts import (
    Cited,
    Clause,
    Constant,
    Dated,
    Definition,
    Form,
    Label,
    Source,
    SourcePlace,
    Unit,
    Vocabulary,
)
from huoshui.policy.schema.ratings import (
    RATING_SUFFIXES,
    Band,
    Bonus,
    Criterion,
    Group,
    Rating,
    Tier,
)

__all__ = [
    "FACTS_BUILT_IN",
    "FACTS_RESERVED",
    "RATING_SUFFIXES",
    "Band",
    "Bonus",
    "Category",
    "Cited",
    "Clause",
    "ColumnType",
    "Constant",
    "Criterion",
    "Dated",
    "Definition",
    "Feed",
    "FeedColumn",
    "FeedSource",
    "FeedSubject",
    "Form",
    "Group",
    "Indicator",
    "Institution",
    "Item",
    "ItemColumn",
    "Label",
    "Measure",
    "Offering",
    "Rating",
    "Settlement",
    "Source",
    "SourcePlace",
    "Term",
    "Tier",
    "Unit",
    "Vocabulary",
]
