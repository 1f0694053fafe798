"""Who sees which cases: the subject, its institution, and those that a need was shown to."""

from django.db import migrations

from huoshui.web.audit.rules.security import OWN_INSTITUTION, OWN_SUBJECT, append_only, protect

SHOWN = (
    "EXISTS (SELECT 1 FROM cases_caseparty p WHERE p.case_id = {case} "
    "AND p.institution_id IN (SELECT actor_institutions()))"
)
SIDES = f"({OWN_SUBJECT} OR {OWN_INSTITUTION})"
SEEN_CASE = "EXISTS (SELECT 1 FROM cases_case c WHERE c.id = case_id)"
"""A case that the actor sees: its own policy applies inside this question."""

PART = f"({OWN_SUBJECT} OR (({OWN_INSTITUTION} OR institution_id IS NULL) AND {SEEN_CASE}))"
"""A part of a case: an institution does not see what another one did with the same need."""

POLICIES = [
    *protect("cases_caseparty", read=SIDES, insert=f"{OWN_SUBJECT}"),
    *protect(
        "cases_case",
        read=f"{SIDES} OR {SHOWN.format(case='cases_case.id')}",
        insert=f"actor_kind() = 'subject' AND {OWN_SUBJECT}",
        update=f"{SIDES} OR {SHOWN.format(case='cases_case.id')}",
        columns=["state", "fields", "moved_at", "due_at", "moves_count", "pack_digest"],
    ),
    *protect("cases_move", read=PART, insert=PART),
    *append_only("cases_move"),
    *protect("cases_document", read=PART, insert=PART),
    *protect(
        "cases_decision",
        read=SIDES,
        insert=f"actor_kind() = 'institution' AND {OWN_INSTITUTION}",
    ),
    *protect(
        "cases_quota",
        read=OWN_INSTITUTION,
        insert=f"actor_kind() = 'institution' AND {OWN_INSTITUTION}",
        update=f"actor_kind() = 'institution' AND {OWN_INSTITUTION}",
        columns=["total_fen", "taken_fen", "set_at", "set_by_name"],
    ),
    *protect(
        "cases_quotause",
        read=OWN_INSTITUTION,
        insert=f"actor_kind() = 'institution' AND {OWN_INSTITUTION}",
    ),
    *append_only("cases_quotause"),
]


class Migration(migrations.Migration):
    """After the tables."""

    dependencies = [("cases", "0001_initial"), ("parties", "0002_security")]
    operations = [migrations.RunSQL(POLICIES)]
