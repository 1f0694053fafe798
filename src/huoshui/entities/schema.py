"""What the entities stage reads and makes: the relations, their columns, and the words it needs.

Two items carry what decides identity beside the subject columns of every fact: `registration`
(a body's old number and former name) and `branch` (a parent's own list of its branches).
"""

from __future__ import annotations

from huoshui.policy.schema import LINKAGE_LEVELS

REGISTRATION = "registration"
BRANCH = "branch"
DECISION = "identity_decision"
"""The item of people's words on who is who; about identity, and no fact of any subject."""

SUBJECT_ENTITY = ("subject_code", "subject_name", "entity", "how")
"""One row for each way that a source names a subject, and the entity it is."""

UNLINKED = ("subject_code", "subject_name", "reason", "facts", "candidates")
"""One row for each way of naming a subject that leads to no entity, and why."""

ENTITY = (
    "entity",
    "kind",  # a word of the vocabulary subject_kind, null where nobody says
    "code",  # null for an entity that is known by name only
    "legacy_code",
    "name",
    "parent",
    "is_branch",
    "region_code",
    "industry_code",
    "representative",
    "status",
    "established_on",
)
"""One row for each entity, as its latest registration in force describes it."""

REGISTERED = ("region_code", "industry_code", "representative", "status", "established_on")
"""Columns of the item `registration` that `entity` repeats."""

RESEMBLANCE_PAIR = {
    "subject_code": "VARCHAR",  # as the record gives it
    "subject_name": "VARCHAR",
    "entity": "VARCHAR",  # the candidate
    "candidate_name": "VARCHAR",
    "weight": "DOUBLE",  # bits for the two being one, what was likely beforehand included
    "probability": "DOUBLE",  # the same as a chance
    "facts": "BIGINT",  # how many facts wait on it
    "status": "VARCHAR",  # a word of STATUS
}
RESEMBLANCE = RESEMBLANCE_PAIR | {
    f"{side}_{part}": "VARCHAR" for part in LINKAGE_LEVELS for side in ("level", "mine", "theirs")
}
"""One row for each pair of a record and an entity that resemblance links or leaves to a person:
its columns and their types.  A level is null where there was nothing to compare."""

STATUS = ("linked", "review", "decided_same", "decided_different")
"""How a pair of `resemblance` stands."""

WAITING = ("subject_code", "subject_name", "item", "facts")
"""One row for each record of `resemblance` and item: how many of its facts the item has."""

BRANCH_LINK = ("branch", "parent", "how")
"""One row for each branch: the body it belongs to.  A branch stays an entity of its own."""

HOW = ("code", "legacy_code", "name", "former_name", "resemblance", "decided", "name_only")
"""The ways in which a subject was found to be an entity, the surest first."""

NO_SUBJECT = "NO_SUBJECT"
AMBIGUOUS_NAME = "AMBIGUOUS_NAME"
AMBIGUOUS_LEGACY_CODE = "AMBIGUOUS_LEGACY_CODE"

BRANCH_WORDS = "branch_word"  # vocabulary: words that end the name of a branch
LEGAL_FORMS = "legal_form"  # vocabulary: words that end the name of a body before its branch's
BRACKET_WORDS = "bracket_word"  # vocabulary: bracketed words that are no region
