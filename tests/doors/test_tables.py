"""Every table is protected by the database itself, or named as exempt with a reason."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

from huoshui.web.audit.rules.security import EXEMPT, JOBS, OWNER, WEB
from tests.web.databases import AsRole

TABLES = """
    SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity,
           (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid),
           pg_get_userbyid(c.relowner)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm', 'f') ORDER BY 1
"""


def test_every_table_is_protected_or_exempt_with_a_reason(as_role: AsRole) -> None:
    rows = as_role("owner").execute(TABLES).fetchall()
    assert len(rows) > 30, "the walk found the tables"
    bare = [name for name, safe, policies, _ in rows if not (safe and policies)]
    assert set(bare) == set(EXEMPT), "protect a new table in its migration, or say why not"
    assert all(EXEMPT.values())
    assert {owner for *_, owner in rows} == {OWNER}


def test_a_new_table_without_a_policy_would_be_found(as_role: AsRole) -> None:
    owner = as_role("owner")
    owner.execute("CREATE TABLE stray (subject_id uuid)")
    names = {name for name, safe, _, _ in owner.execute(TABLES).fetchall() if not safe}
    assert names - set(EXEMPT) == {"stray"}


@pytest.mark.parametrize("role", ["web", "jobs"])
def test_the_working_roles_own_nothing_and_cannot_pass_by_the_policies(
    as_role: AsRole, role: str
) -> None:
    login = {"web": WEB, "jobs": JOBS}[role]
    connection = as_role(role)  # type: ignore[arg-type]
    found = connection.execute(
        "SELECT session_user, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication, "
        "(SELECT count(*) FROM pg_class c WHERE c.relowner = r.oid), "
        "(SELECT count(*) FROM pg_auth_members m WHERE m.member = r.oid) "
        "FROM pg_roles r WHERE rolname = session_user"
    ).fetchone()
    assert found == (login, False, False, False, False, False, 0, 0)


@pytest.mark.parametrize("role", ["web", "jobs"])
@pytest.mark.parametrize("other", [OWNER, WEB, JOBS, "pg_read_all_data"])
def test_a_working_role_cannot_become_another(as_role: AsRole, role: str, other: str) -> None:
    connection = as_role(role)  # type: ignore[arg-type]
    if other == {"web": WEB, "jobs": JOBS}[role]:
        return
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(f"SET ROLE {other}")


def test_a_forgotten_actor_sees_nothing_in_any_protected_table(as_role: AsRole) -> None:
    web = as_role("web", autocommit=True)
    names = [name for name, safe, _, _ in as_role("owner").execute(TABLES).fetchall() if safe]
    for name in names:
        assert web.execute(f"SELECT count(*) FROM {name}").fetchone() == (0,), name


def test_the_web_role_cannot_act_as_the_system(as_role: AsRole) -> None:
    web, jobs = as_role("web"), as_role("jobs")
    for connection, kind in ((web, None), (jobs, "system")):
        connection.execute("SELECT set_config('huoshui.kind', 'system', true)")
        assert connection.execute("SELECT actor_kind()").fetchone() == (kind,)


def test_an_actor_set_in_one_transaction_is_gone_in_the_next(as_role: AsRole) -> None:
    web = as_role("web")
    web.execute("SELECT set_config('huoshui.kind', 'operator', true)")
    assert web.execute("SELECT actor_kind()").fetchone() == ("operator",)
    web.commit()
    assert web.execute("SELECT actor_kind(), actor_subject()").fetchone() == (None, None)


def test_no_table_may_be_emptied_or_altered_by_a_working_role(as_role: AsRole) -> None:
    names = [name for name, *_ in as_role("owner").execute(TABLES).fetchall()]
    for role in ("web", "jobs"):
        connection = as_role(role)  # type: ignore[arg-type]
        for name in names:
            if name.startswith("procrastinate_") and role == "jobs":
                continue  # the queue is the jobs process's own
            held = connection.execute(
                "SELECT has_table_privilege(%s, 'TRUNCATE'), has_table_privilege(%s, 'TRIGGER')",
                (name, name),
            ).fetchone()
            assert held == (False, False), (role, name)


def test_no_model_has_changed_without_a_migration(switch_role: Callable[[str], None]) -> None:
    switch_role("owner")  # it reads which migrations ran
    call_command("makemigrations", check_changes=True, dry_run=True, verbosity=0)  # or exits


def test_the_last_migration_of_each_app_is_written_down() -> None:
    graph = MigrationLoader(None, ignore_no_migrations=True).graph
    last = sorted(f"{app} {name}" for app, name in graph.leaf_nodes() if app in settings.APPS)
    written = (Path(__file__).parent / "migrations.txt").read_text("utf-8").splitlines()
    assert last == written, "two branches that add a migration each collide in this file"
