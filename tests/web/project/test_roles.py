"""The web and jobs roles own nothing, pass nothing by, and become nobody else."""

from __future__ import annotations

from typing import get_args

import psycopg
import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo

from huoshui.web.project import embedded
from huoshui.web.project.database import Database, Role
from huoshui.web.project.logins import LOGINS
from tests.web.databases import AsRole

NOT_OWNER: list[Role] = ["web", "jobs"]


def test_django_is_connected_as_the_web_role(database: Database) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user, current_user, current_database()")
        assert cursor.fetchone() == ("huoshui_web", "huoshui_web", database.name)


def test_django_can_be_connected_as_the_jobs_role(jobs_database: Database) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user, current_database()")
        assert cursor.fetchone() == ("huoshui_jobs", jobs_database.name)


@pytest.mark.parametrize("role", NOT_OWNER)
def test_neither_web_nor_jobs_has_a_power_of_its_own(as_role: AsRole, role: Role) -> None:
    powers = as_role(role).execute(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication"
        " FROM pg_roles WHERE rolname = current_user"
    )
    assert powers.fetchone() == (False,) * 5


@pytest.mark.parametrize("role", NOT_OWNER)
def test_neither_web_nor_jobs_owns_anything(as_role: AsRole, role: Role) -> None:
    owned = as_role(role).execute(
        "SELECT relname FROM pg_class WHERE relowner = current_user::regrole"
        " UNION ALL SELECT proname FROM pg_proc WHERE proowner = current_user::regrole"
        " UNION ALL SELECT nspname FROM pg_namespace WHERE nspowner = current_user::regrole"
        " UNION ALL SELECT datname FROM pg_database WHERE datdba = current_user::regrole"
    )
    assert owned.fetchall() == []


@pytest.mark.parametrize("role", NOT_OWNER)
@pytest.mark.parametrize("other", [embedded.ADMIN, *LOGINS.values()])
def test_no_role_becomes_another(as_role: AsRole, role: Role, other: str) -> None:
    if other == LOGINS[role]:
        return
    connected = as_role(role, autocommit=True)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connected.execute(f"SET ROLE {other}")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connected.execute(f"SET SESSION AUTHORIZATION {other}")


@pytest.mark.parametrize("role", NOT_OWNER)
def test_neither_web_nor_jobs_makes_tables_or_reads_passwords(as_role: AsRole, role: Role) -> None:
    connected = as_role(role, autocommit=True)
    for statement in (
        "CREATE TABLE mine (id int)",
        "CREATE SCHEMA mine",
        "CREATE DATABASE mine",
        "CREATE ROLE mine",
        "SELECT rolpassword FROM pg_authid",
        "SELECT pg_read_file('pg_hba.conf')",
        "COPY (SELECT 1) TO PROGRAM 'true'",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connected.execute(statement)


def test_no_role_logs_in_with_the_password_of_another_or_with_none(database: Database) -> None:
    for role in get_args(Role):
        user = "huoshui_admin" if role == "admin" else LOGINS[role]
        for password in ("", "guess", *(getattr(database.keys, other) for other in LOGINS)):
            if role in LOGINS and password == getattr(database.keys, role):
                continue
            with pytest.raises(psycopg.OperationalError, match="password"):
                psycopg.connect(make_conninfo(database.url("web"), user=user, password=password))


def test_every_line_of_the_server_asks_for_a_password(as_role: AsRole) -> None:
    lines = (
        as_role("admin")
        .execute("SELECT type, auth_method, error FROM pg_hba_file_rules")
        .fetchall()
    )
    assert lines == [("host", "scram-sha-256", None)]
    kinds = as_role("admin").execute("SELECT DISTINCT left(rolpassword, 14) FROM pg_authid")
    assert {row[0] for row in kinds} == {None, "SCRAM-SHA-256$"}
    (heard,) = as_role("admin").execute("SHOW listen_addresses").fetchone() or ()
    (sockets,) = as_role("admin").execute("SHOW unix_socket_directories").fetchone() or ()
    assert (heard, sockets) == ("127.0.0.1", "")


def test_the_other_databases_of_the_server_are_closed_to_the_roles(database: Database) -> None:
    for name in ("postgres", "template1"):
        for role in LOGINS:
            with pytest.raises(psycopg.OperationalError, match="permission denied"):
                psycopg.connect(database.named(name).url(role))
