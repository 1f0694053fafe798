"""What the entities stage reads and makes: the relations, their columns, and the words it needs.

Two items carry what decides identity beside the subject columns of every fact: `registration`
(a body's old number and former name) and `branch` (a parent's own list of its branches).
"""

from __future__ import annotations

REGISTRATION = "registration"
BRANCH = "branch"

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

BRANCH_LINK = ("branch", "parent", "how")
"""One row for each branch: the body it belongs to.  A branch stays an entity of its own."""

HOW = ("code", "legacy_code", "name", "former_name", "name_only")
"""The ways in which a subject was found to be an entity, the surest first."""

NO_SUBJECT = "NO_SUBJECT"
AMBIGUOUS_NAME = "AMBIGUOUS_NAME"
AMBIGUOUS_LEGACY_CODE = "AMBIGUOUS_LEGACY_CODE"

BRANCH_WORDS = "branch_word"  # vocabulary: words that end the name of a branch
LEGAL_FORMS = "legal_form"  # vocabulary: words that end the name of a body before its branch's
BRACKET_WORDS = "bracket_word"  # vocabulary: bracketed words that are no region
