"""The roles of the database: who may log in, and what each may touch.

`huoshui_owner` migrates and owns the tables; `huoshui_web` and `huoshui_jobs` own nothing, are
members of nothing, and cannot pass row-level security by.  What they may do with a table stands
in the migration that makes it (`audit.rules.security`); here stand only the tables that are not
ours: Django's and the job queue's.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from huoshui.kernel.errors import Refusal
from huoshui.web.audit.rules.security import JOBS, OWNER, WEB
from huoshui.web.project.keys import Keys

Connection = psycopg.Connection[tuple[Any, ...]]
LOGINS = {"owner": OWNER, "web": WEB, "jobs": JOBS}
OLDEST = 160_000  # granting a role with SET came with PostgreSQL 16

FOREIGN_GRANTS = (
    f"GRANT SELECT ON django_content_type, auth_permission, auth_group TO {WEB}, {JOBS}",
    f"GRANT SELECT ON auth_group_permissions TO {WEB}, {JOBS}",
    f"GRANT SELECT, INSERT, UPDATE, DELETE ON django_session TO {WEB}",
    f"GRANT SELECT, DELETE ON django_session TO {JOBS}",
    f"GRANT SELECT, INSERT ON procrastinate_jobs, procrastinate_events TO {WEB}",
    f"GRANT SELECT, INSERT, UPDATE, DELETE ON procrastinate_jobs, procrastinate_events,"
    f" procrastinate_periodic_defers, procrastinate_workers TO {JOBS}",
    f"GRANT USAGE ON SEQUENCE procrastinate_jobs_id_seq, procrastinate_events_id_seq TO {WEB}",
    f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {JOBS}",
)
"""What the roles may do with tables that Django and procrastinate made."""

LIMITS = {
    WEB: {
        "statement_timeout": "30s",
        "lock_timeout": "10s",
        "idle_in_transaction_session_timeout": "60s",
    },
    JOBS: {"lock_timeout": "60s", "idle_in_transaction_session_timeout": "10min"},
}
"""A page that hangs must not hold what others wait for."""


class LoginRefusal(Refusal):
    """Why the roles cannot be set up in a database that was given."""

    TOO_OLD = (
        "PostgreSQL {version} is too old; 16 is the least, 18 is what Huoshui is tested with.",
        "Give a newer server in HUOSHUI_DATABASE_URL.",
        "PostgreSQL {version} 版本过旧；最低为 16，推荐 18。",
        "请在 HUOSHUI_DATABASE_URL 中指定较新的数据库。",
    )
    TOO_STRONG = (
        "The role {role} may do too much: {powers}.",
        "Let an administrator take these from it; the pages must not pass row-level security by.",
        "数据库角色 {role} 权限过大：{powers}。",
        "请管理员收回这些权限；网页进程不得绕过行级安全。",
    )
    NOT_ALLOWED = (
        "The login of HUOSHUI_DATABASE_URL may not set up the roles: {reason}.",
        "Give a login with CREATEROLE that owns the database {name} or may make it.",
        "HUOSHUI_DATABASE_URL 的登录无权建立角色：{reason}。",
        "请使用具有 CREATEROLE 且拥有（或可创建）数据库 {name} 的登录。",
    )


def logins_set(admin: Connection, keys: Keys, name: str) -> None:
    """Make the three roles if they are absent, give them their passwords and limits, check them.

    `name` is a database that they may, or soon may, enter.
    """
    if admin.info.server_version < OLDEST:
        raise LoginRefusal.TOO_OLD.refuse(version=admin.info.server_version // 10_000)
    present = {row[0] for row in admin.execute("SELECT rolname FROM pg_roles")}
    for kind, role in LOGINS.items():
        if role not in present:
            admin.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
        password = getattr(keys, kind)
        if not _opens(admin, role, password, name):
            secret = admin.pgconn.encrypt_password(
                password.encode(), role.encode(), b"scram-sha-256"
            )
            admin.execute(
                sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(
                    sql.Identifier(role), sql.Literal(secret.decode())
                )
            )
        for setting, value in LIMITS.get(role, {}).items():
            admin.execute(
                sql.SQL("ALTER ROLE {} SET {} = {}").format(
                    sql.Identifier(role), sql.Identifier(setting), sql.Literal(value)
                )
            )
    _check_powers(admin)


def database_prepare(admin: Connection, name: str) -> None:
    """Let the three roles, and nobody else, into a database; the owner may make tables there."""
    database, owner = sql.Identifier(name), sql.Identifier(OWNER)
    both = sql.SQL("{}, {}").format(sql.Identifier(WEB), sql.Identifier(JOBS))
    admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    admin.execute(sql.SQL("GRANT ALL ON DATABASE {} TO {}").format(database, owner))
    admin.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, both))
    temporary = sql.SQL("GRANT TEMPORARY ON DATABASE {} TO {}")
    admin.execute(temporary.format(database, sql.Identifier(JOBS)))


def schema_prepare(admin: Connection) -> None:
    """Let the owner alone make things in the schema of the database we are connected to."""
    admin.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    admin.execute(f"GRANT ALL ON SCHEMA public TO {OWNER}")
    admin.execute(f"GRANT USAGE ON SCHEMA public TO {WEB}, {JOBS}")


def foreign_tables_grant(owner: Connection) -> None:
    """Grant what the roles need of the tables that are not ours."""
    with owner.transaction():
        for statement in FOREIGN_GRANTS:
            owner.execute(statement)


def _opens(admin: Connection, role: str, password: str, name: str) -> bool:
    """Say whether a password is surely the role's, by logging in; in doubt it is set anew."""
    try:
        there = make_conninfo(admin.info.dsn, dbname=name, user=role, password=password)
        psycopg.connect(there, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def _check_powers(admin: Connection) -> None:
    wanted = {
        "rolsuper": "SUPERUSER",
        "rolbypassrls": "BYPASSRLS",
        "rolcreaterole": "CREATEROLE",
        "rolcreatedb": "CREATEDB",
        "rolreplication": "REPLICATION",
    }
    columns = ", ".join(wanted)
    for role, *has in admin.execute(
        f"SELECT rolname, {columns} FROM pg_roles WHERE rolname = ANY(%s)", [list(LOGINS.values())]
    ):
        powers = [word for word, held in zip(wanted.values(), has, strict=True) if held]
        if role != OWNER:
            powers += [
                f"member of {row[0]}"
                for row in admin.execute(
                    "SELECT roleid::regrole::text FROM pg_auth_members WHERE member = %s::regrole",
                    [role],
                )
            ]
        if powers:
            raise LoginRefusal.TOO_STRONG.refuse(role=role, powers=", ".join(powers))
