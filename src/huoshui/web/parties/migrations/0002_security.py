"""Who sees which parties, memberships, links and consents."""

from django.db import migrations

from huoshui.web.audit.rules.security import (
    ANYONE,
    JOBS,
    OPERATOR,
    OWN_INSTITUTION,
    OWN_SUBJECT,
    WEB,
    protect,
)

FUNCTIONS = [
    """
    CREATE FUNCTION actor_institutions() RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
        WITH RECURSIVE reach(id) AS (
            SELECT actor_institution() WHERE actor_institution() IS NOT NULL
            UNION
            SELECT child.id FROM parties_institution child JOIN reach ON child.parent_id = reach.id
        )
        SELECT id FROM reach
    $$
    """,
]
"""An institution reaches its branches; a branch does not reach its parent."""

READER = "reader_id IN (SELECT actor_institutions())"
GIVER = (
    "(actor_kind() = 'subject' AND subject_id = actor_subject() AND {giver} IS NULL) "
    "OR (actor_kind() = 'person' AND {giver} = actor_person())"
)
CONSENTED = (
    "EXISTS (SELECT 1 FROM parties_consent c WHERE c.subject_id = {subject} "
    "AND c.reader_id IN (SELECT actor_institutions()))"
)
"""An institution that was given a consent, even one that has ended, knows whom it is about."""

POLICIES = [
    # The names of institutions are public.
    *protect("parties_institution", read=ANYONE, insert=OPERATOR, update=OPERATOR),
    *protect(
        "parties_consent",
        read=f"subject_id = actor_subject() OR giver_id = actor_person() OR {READER}",
        insert=GIVER.format(giver="giver_id"),
        update=GIVER.format(giver="giver_id"),
        columns=["withdrawn_at"],
    ),
    *protect(
        "parties_consentrequest",
        read="subject_id = actor_subject() OR person_id = actor_person()",
        insert=f"{OWN_SUBJECT} AND actor_kind() = 'subject'",
        update="person_id = actor_person()",
        columns=["consent_id", "refused_at"],
    ),
    *protect(
        "parties_consentread",
        read=(
            "subject_id = actor_subject() OR institution_id IN (SELECT actor_institutions()) "
            "OR EXISTS (SELECT 1 FROM parties_consent c "
            "WHERE c.id = consent_id AND c.giver_id = actor_person())"
        ),
    ),
    *protect(
        "parties_subject",
        read=(
            "id = actor_subject() OR actor_kind() = 'operator' "
            "OR (actor_kind() = 'institution' AND (findable_since IS NOT NULL "
            f"OR {CONSENTED.format(subject='parties_subject.id')})) "
            "OR EXISTS (SELECT 1 FROM parties_membership m "
            "WHERE m.subject_id = parties_subject.id AND m.person_id = actor_person()) "
            "OR EXISTS (SELECT 1 FROM parties_consentrequest r "
            "WHERE r.subject_id = parties_subject.id AND r.person_id = actor_person())"
        ),
        insert=OPERATOR,
        update=f"id = actor_subject() OR {OPERATOR}",
        columns=["findable_since", "name", "sort_key"],
    ),
    *protect(
        "parties_membership",
        read=f"person_id = actor_person() OR {OWN_SUBJECT} OR {OWN_INSTITUTION} OR {OPERATOR}",
        insert=OPERATOR,
        update=OPERATOR,
        columns=["valid_until"],
    ),
    *protect(
        "parties_entitylink",
        read=(
            f"{OWN_SUBJECT} OR {OPERATOR} "
            f"OR {CONSENTED.format(subject='parties_entitylink.subject_id')}"
        ),
        insert=OPERATOR,
        update=OPERATOR,
        columns=["valid_until"],
    ),
    f"GRANT SELECT, INSERT ON parties_person TO {WEB}",
    f"GRANT UPDATE (password, last_login, is_active) ON parties_person TO {WEB}",
    f"GRANT SELECT, INSERT ON parties_signinattempt TO {WEB}",
    f"GRANT SELECT, INSERT, UPDATE ON parties_person TO {JOBS}",
    f"GRANT SELECT, INSERT, DELETE ON parties_signinattempt TO {JOBS}",
    f"GRANT SELECT, INSERT, UPDATE, DELETE ON django_session TO {WEB}, {JOBS}",
    f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {WEB}, {JOBS}",
    f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO {WEB}, {JOBS}",
]


class Migration(migrations.Migration):
    """After the tables."""

    dependencies = [
        ("parties", "0001_initial"),
        ("audit", "0001_actor"),
        ("sessions", "0001_initial"),
    ]
    operations = [migrations.RunSQL(FUNCTIONS), migrations.RunSQL(POLICIES)]
