"""Row-level security as SQL text: one way for every table, so that a test can hold all to it.

A table that holds rows of an institution or a subject is protected in the migration that makes it.
The actor is set in each transaction (`actions.acting`); where it is not, `actor_kind()` is null
and every policy gives nothing.  The jobs process may act as `system`; the database believes that
of the role `huoshui_jobs` alone.  The owner has a policy of its own, for the security-definer
functions and the migrations; nobody signs in as the owner but a migration.
"""

from __future__ import annotations

from collections.abc import Sequence

OWNER, WEB, JOBS = "huoshui_owner", "huoshui_web", "huoshui_jobs"
"""The roles of the database; none but the owner owns anything."""

ANYONE = "actor_kind() IS NOT NULL"
OPERATOR = "actor_kind() = 'operator'"
OWN_SUBJECT = "subject_id = actor_subject()"
OWN_INSTITUTION = "institution_id IN (SELECT actor_institutions())"
"""Conditions that policies are made of."""

EXEMPT = {
    "django_session": "A session is found by its secret key before anybody is known.",
    "django_migrations": "Which migrations ran; no party's rows.",
    "django_content_type": "Names of models; no party's rows.",
    "auth_group": "Django's own; unused and empty.",
    "auth_group_permissions": "Django's own; unused and empty.",
    "auth_permission": "Django's own; names of models only.",
    "parties_person": "Sign-in finds a person before an actor exists; pages read it by id only.",
    "parties_signinattempt": "Sign-in counts attempts before an actor exists.",
    "procrastinate_jobs": "Holds ids of delivery_job only, which is protected.",
    "procrastinate_events": "Holds times of procrastinate_jobs.",
    "procrastinate_periodic_defers": "Holds names of periodic tasks.",
    "procrastinate_workers": "Holds heartbeats of workers.",
}
"""Tables without a policy, each with its reason; a test refuses any other."""


def protect(
    table: str,
    *,
    read: str,
    insert: str | None = None,
    update: str | None = None,
    delete: str | None = None,
    columns: Sequence[str] = (),
) -> list[str]:
    """Give the statements that protect a table and grant the two roles what they need.

    Each condition is SQL over the row; `None` means nobody but the system may.  `columns` limits
    what the web role may update.
    """
    made = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY owner ON {table} TO {OWNER} USING (true) WITH CHECK (true)",
        f"CREATE POLICY system ON {table} TO {JOBS} "
        f"USING (actor_kind() = 'system') WITH CHECK (actor_kind() = 'system')",
        f"CREATE POLICY reading ON {table} FOR SELECT USING ({read})",
        f"GRANT SELECT ON {table} TO {WEB}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {JOBS}",
    ]
    if insert is not None:
        made.append(f"CREATE POLICY adding ON {table} FOR INSERT WITH CHECK ({insert})")
        made.append(f"GRANT INSERT ON {table} TO {WEB}")
    if update is not None:
        named = f" ({', '.join(columns)})" if columns else ""
        made.append(f"CREATE POLICY changing ON {table} FOR UPDATE USING ({update})")
        made.append(f"GRANT UPDATE{named} ON {table} TO {WEB}")
    if delete is not None:
        made.append(f"CREATE POLICY removing ON {table} FOR DELETE USING ({delete})")
        made.append(f"GRANT DELETE ON {table} TO {WEB}")
    return made


def append_only(table: str) -> list[str]:
    """Give the statements after which nobody may change or remove a row of a table."""
    return [
        f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {WEB}, {JOBS}",
        f"CREATE TRIGGER {table}_only_appended BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION only_appended()",
        f"CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION only_appended()",
    ]


def _setting(name: str) -> str:
    # After SET LOCAL a setting is the empty string, not null, in the session's later transactions.
    return f"nullif(current_setting('huoshui.{name}', true), '')"


ACTOR_FUNCTIONS = [
    f"""
    CREATE FUNCTION actor_kind() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
        SELECT CASE WHEN {_setting("kind")} = 'system' AND session_user <> '{JOBS}' THEN NULL
               ELSE {_setting("kind")} END
    $$
    """,
    *(
        f"CREATE FUNCTION actor_{name}() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS "
        f"$$ SELECT {_setting(name)}::uuid $$"
        for name in ("person", "subject", "institution")
    ),
    """
    CREATE FUNCTION only_appended() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'rows of % are only appended', TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END $$
    """,
]
"""The functions that policies ask; made before any table."""
